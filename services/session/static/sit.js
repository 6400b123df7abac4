// The sitting page: what Art. 24(2) shows, and answers that are told as saved only when the server has them for good.
// Every change goes into IndexedDB and to the server at once; what the server has not confirmed is sent until it has.
import { Queue } from "./queue.js";
import { events, LiveDoor, Refused } from "./door.js";

const body = document.body;
const words = body.dataset;
const at = (id) => document.getElementById(id);
const ANNOUNCED_MINUTES = [60, 30, 15, 5, 1];
const LOOK_AGAIN_MS = 15000;

const queue = new Queue();
const door = new LiveDoor();
const state = { sitting: null, answers: new Map(), flagged: new Set(), current: 1, seq: 0, end: null, line: "", spoken: Infinity };

function show(view) {
  body.dataset.view = view;
}

// ---- log-in, and coming back

async function begin() {
  await queue.open();
  await onlyTab();
  door.token = await queue.remembered("token");
  at("login").addEventListener("submit", logIn);
  if (door.token) await look();
}

async function onlyTab() {
  if (!navigator.locks) return;
  await new Promise((isHeld) => {
    navigator.locks.request("svops-sitting", { ifAvailable: true }, (lock) => {
      if (lock) {
        isHeld();
        return new Promise(() => {});
      }
      at("moved-title").textContent = words.otherTab;
      show("moved");
      return undefined;
    });
  });
}

async function logIn(event) {
  event.preventDefault();
  const form = new FormData(event.target);
  const refusal = at("login-refusal");
  refusal.hidden = true;
  try {
    const browser = await queue.browser();
    const entered = await door.send("POST", "/login", { username: form.get("username"), password: form.get("password"), browser });
    door.token = entered.token;
    await queue.startOver(entered.token, entered.sitting.exam_username);
    event.target.reset();
    await take(entered.sitting);
  } catch (error) {
    refusal.textContent = error instanceof Refused ? error.sentence(document.documentElement.lang) : words.noServer;
    refusal.hidden = false;
  }
}

// ---- what the server says of the sitting

let looking = 0;

async function look() {
  clearTimeout(looking);
  try {
    await take(await door.send("GET", "/sitting"));
  } catch (error) {
    if (error instanceof Refused) return refused(error);
    online(false);
  }
  if (body.dataset.view === "waiting" || !state.sitting) looking = setTimeout(look, LOOK_AGAIN_MS);
  return undefined;
}

async function refused(error) {
  if (error.code === "LineMoved") {
    show("moved");
  } else if (error.code === "NotAuthenticated") {
    await queue.forget();
    show("login");
  } else {
    await look();
  }
}

async function take(sitting) {
  online(true);
  const isFirst = !state.sitting;
  state.sitting = sitting;
  state.end = sitting.remaining_seconds === null ? null : performance.now() + sitting.remaining_seconds * 1000;
  for (const list of document.querySelectorAll(".who")) heading(list, sitting);
  if (sitting.questions) {
    await work(sitting);
  } else if (["submitted", "time_expired", "annulled"].includes(sitting.state)) {
    await ended(sitting);
  } else {
    show("waiting");
    clearTimeout(looking);
    looking = setTimeout(look, LOOK_AGAIN_MS);
  }
  if (isFirst) listen();
}

async function work(sitting) {
  for (const [number, answer] of Object.entries(sitting.answers)) {
    state.answers.set(Number(number), answer.option);
    state.seq = Math.max(state.seq, answer.seq);
  }
  for (const waiting of await queue.waiting()) {
    state.answers.set(waiting.question, waiting.option);
    state.seq = Math.max(state.seq, waiting.seq);
  }
  state.flagged = new Set(await queue.remembered("flagged") ?? []);
  state.current = (await queue.remembered("current")) ?? 1;
  show("answering");
  if (!at("map").children.length) drawMap();
  draw();
  deliver();
}

async function ended(sitting) {
  at("ended").textContent = { submitted: words.submitted, time_expired: words.timeExpired, annulled: words.annulled }[sitting.state];
  at("ended-answered").textContent = `${words.answeredQuestions}: ${sitting.answered} / ${sitting.questions_count}`;
  if (at("sure").open) at("sure").close();
  show("ended");
  await queue.forget();
}

function heading(list, sitting) {
  const rows = [
    [words.candidate, sitting.names],
    [words[sitting.identifier_type], sitting.identifier],
    [words.unique, sitting.unique_number],
    [words.date, new Date(`${sitting.exam_on}T12:00:00Z`).toLocaleDateString("bg-BG")],
    ...(sitting.sub_variant ? [[words.variant, `${sitting.variant} (${sitting.sub_variant})`]] : []),
    [words.place, `${sitting.hall} · ${sitting.seat}`],
  ];
  list.replaceChildren(...rows.map(([label, value], index) => row(label, value, index === 1)));
}

function row(label, value, mayHide) {
  const [line, term, detail] = ["div", "dt", "dd"].map((tag) => document.createElement(tag));
  term.textContent = label;
  detail.textContent = value;
  line.append(term, detail);
  if (mayHide) {
    const hide = Object.assign(document.createElement("button"), { type: "button", className: "plain", textContent: words.hide });
    hide.addEventListener("click", () => {
      detail.hidden = !detail.hidden;
      hide.textContent = detail.hidden ? words.show : words.hide;
    });
    line.append(hide);
  }
  return line;
}

// ---- one question, and the map of all

function drawMap() {
  at("map").replaceChildren(...state.sitting.questions.map((question) => {
    const item = document.createElement("li");
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: question.number });
    button.addEventListener("click", () => go(question.number));
    item.append(button);
    return item;
  }));
  at("previous").addEventListener("click", () => go(state.current - 1));
  at("next").addEventListener("click", () => go(state.current + 1));
  at("clear").addEventListener("click", () => change(null));
  at("flag").addEventListener("change", flag);
  at("question").addEventListener("submit", (event) => event.preventDefault());
  at("finish").addEventListener("click", ask);
  at("back").addEventListener("click", () => at("sure").close());
  at("submit").addEventListener("click", submit);
}

function go(number) {
  if (number < 1 || number > state.sitting.questions.length) return;
  state.current = number;
  queue.remember("current", number);
  draw();
  at("options").querySelector("input:checked, input")?.focus();
}

function draw() {
  const question = state.sitting.questions[state.current - 1];
  at("number").textContent = `${words.question} ${question.number} / ${state.sitting.questions.length}`;
  at("text").textContent = question.text;
  at("options").replaceChildren(...Object.entries(question.options).map(([letter, text]) => option(letter, text)));
  at("flag").checked = state.flagged.has(state.current);
  at("previous").disabled = state.current === 1;
  at("next").disabled = state.current === state.sitting.questions.length;
  at("told").textContent = "";
  mark();
}

function option(letter, text) {
  const label = document.createElement("label");
  const input = Object.assign(document.createElement("input"), { type: "radio", name: "option", value: letter });
  input.checked = state.answers.get(state.current) === letter;
  input.addEventListener("change", () => change(letter));
  const code = Object.assign(document.createElement("b"), { textContent: letter });
  label.append(input, code, Object.assign(document.createElement("span"), { textContent: text }));
  return label;
}

async function mark() {
  const pending = new Set((await queue.waiting()).map((one) => one.question));
  let answered = 0;
  [...at("map").children].forEach((item, index) => {
    const [button, number] = [item.firstChild, index + 1];
    const has = Boolean(state.answers.get(number));
    answered += has;
    button.classList.toggle("answered", has);
    button.classList.toggle("pending", pending.has(number));
    button.classList.toggle("flagged", state.flagged.has(number));
    const flagged = state.flagged.has(number) ? `, ${words.flagged}` : "";
    button.setAttribute("aria-label", `${words.question} ${number}, ${has ? words.answered : words.unanswered}${flagged}`);
    if (number === state.current) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  });
  at("count").textContent = `${answered} / ${state.sitting.questions.length}`;
  at("line").textContent = state.isAway ? words.waiting : pending.size ? words.saving : words.saved;
  at("line").className = state.isAway ? "line bad" : pending.size ? "line wait" : "line";
}

function flag() {
  if (at("flag").checked) state.flagged.add(state.current);
  else state.flagged.delete(state.current);
  queue.remember("flagged", [...state.flagged]);
  mark();
}

// ---- answers on their way

async function change(letter) {
  const question = state.current;
  state.seq += 1;
  state.answers.set(question, letter);
  if (letter === null) for (const input of at("options").querySelectorAll("input")) input.checked = false;
  await queue.put({ question, option: letter, seq: state.seq, client_at: new Date().toISOString() });
  tell(state.isAway ? words.waiting : words.saving, state.isAway ? "bad" : "wait");
  await mark();
  deliver();
}

let isDelivering = false;
let again = 0;

async function deliver() {
  if (isDelivering) return;
  isDelivering = true;
  clearTimeout(again);
  try {
    for (let waiting = await queue.waiting(); waiting.length; waiting = await queue.waiting()) {
      if (!(await deliverSome(waiting.slice(0, 500)))) break;
    }
    state.failures = 0;
  } catch (error) {
    if (!(error instanceof Refused) || error.status >= 500) away();
    else await refused(error);
  } finally {
    isDelivering = false;
    if (body.dataset.view === "answering") await mark();
  }
}

async function deliverSome(waiting) {
  const [one] = waiting;
  const sent = waiting.length === 1
    ? [await door.send("PUT", `/answers/${one.question}`, { option: one.option, seq: one.seq, client_at: one.client_at })]
    : (await door.send("POST", "/answers", waiting)).verdicts;
  online(true);
  for (const told of sent) {
    if (told.verdict === "refused") {
      await refused(new Refused({ code: told.code, sentence: {} }, 409));
      return false;
    }
    await queue.done(told.question, told.seq);
    if (told.question === state.current) tell(words.saved, "good");
  }
  return true;
}

function tell(sentence, how) {
  at("told").textContent = sentence;
  at("told").className = how;
}

function away() {
  online(false);
  state.failures = (state.failures ?? 0) + 1;
  again = setTimeout(deliver, Math.min(1000 * 2 ** state.failures, 10000));
}

function online(isThere) {
  if (state.isAway === !isThere) return;
  state.isAway = !isThere;
  if (body.dataset.view === "answering") mark();
}

// ---- the end

async function ask() {
  const open = state.sitting.questions.filter((question) => !state.answers.get(question.number)).length;
  at("sure-open").textContent = open === 0 ? words.allAnswered : open === 1 ? words.openOne : `${words.open} ${open}.`;
  at("sure-refusal").hidden = true;
  at("sure").showModal();
}

async function submit() {
  await deliver();
  const refusal = at("sure-refusal");
  if ((await queue.waiting()).length) {
    refusal.textContent = words.unsaved;
    refusal.hidden = false;
    return;
  }
  try {
    await door.send("POST", "/submit", {});
    await look();
  } catch (error) {
    if (error instanceof Refused && error.status < 500) await refused(error);
    refusal.textContent = words.noServer;
    refusal.hidden = false;
  }
}

// ---- what happens meanwhile

async function listen() {
  const told = {
    time: (facts) => keepTime(facts.now),
    announcement: (facts) => speak(`${words.announced} ${facts.minutes} ${words.minutes}`),
    unlock: look,
    end: look,
    suspension: look,
    resync: look,
    moved: () => show("moved"),
  };
  while (!["moved", "login", "ended"].includes(body.dataset.view)) {
    try {
      for await (const event of events(door)) {
        online(true);
        await told[event.kind]?.(event.facts);
      }
    } catch {
      online(false);
    }
    await new Promise((later) => setTimeout(later, 2000));
    deliver();
  }
}

function keepTime(now) {
  if (state.sitting?.ends_at) state.end = performance.now() + (new Date(state.sitting.ends_at) - new Date(now));
}

function speak(sentence) {
  at("spoken").textContent = sentence;
  at("line").textContent = sentence;
}

setInterval(() => {
  if (state.end === null || body.dataset.view !== "answering") return;
  const seconds = Math.max(0, Math.floor((state.end - performance.now()) / 1000));
  const two = (number) => String(number).padStart(2, "0");
  at("clock").textContent = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  document.querySelector(".clock").classList.toggle("last", seconds <= 900);
  const threshold = ANNOUNCED_MINUTES.findLast((minutes) => seconds <= minutes * 60);
  if (threshold && threshold < state.spoken) {
    if (state.spoken !== Infinity || seconds > (threshold - 1) * 60) at("spoken").textContent = `${words.remaining} ${threshold} ${words.minutes}`;
    state.spoken = threshold;
  }
  if (seconds === 0) look();
}, 1000);

addEventListener("online", deliver);
begin();
