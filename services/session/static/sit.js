// The sitting page: what Art. 24(2) shows, and answers that are told as saved only when the server has them for good.
// Every change goes into IndexedDB and to the server at once; what the server has not confirmed is sent until it has.
import { comfort } from "./comfort.js";
import { events, LiveDoor, Refused } from "./door.js";
import { element, Paper } from "./paper.js";
import { Queue } from "./queue.js";
import { canSeal, download, sealed } from "./rescue.js";

const body = document.body;
const words = body.dataset;
const at = (id) => document.getElementById(id);
const ANNOUNCED_MINUTES = [60, 30, 15, 5, 1];
const LOOK_AGAIN_MS = 15000;
const LOOK_AT_END_MS = 3000;
const MOST_AT_ONCE = 500;
const CLOSED = ["submitted", "time_expired", "annulled"];
// No later try changes these; whatever else is refused may be accepted yet, so it stays in the queue.
const REFUSED_FOR_GOOD = ["TimeExpired", "SittingClosed", "LineMoved", "TooManyChanges"];
// A suspended screen would only be refused, and one without a log-in too.
const MAY_SEND = ["answering", "ended", "moved"];
// Nobody sits before this screen, or nothing more can happen to it.
const DEAF = ["login", "moved", "ended"];

const queue = new Queue();
const door = new LiveDoor();
const paper = new Paper(words, { choose: change, flag, turn: (number) => queue.remember("current", number) });
const fresh = () => ({
  sitting: null, answers: new Map(), seqs: new Map(), flagged: new Set(), seq: 0, end: null, spoken: Infinity,
  isAway: false, failures: 0, stuckSince: null, drawn: "", isOver: false, headed: "",
});
const state = fresh();
let stream = new AbortController();

const isOn = (view) => body.dataset.view === view;

function show(view) {
  const isNew = !isOn(view);
  body.dataset.view = view;
  if (view !== "answering" && at("sure").open) at("sure").close();
  if (DEAF.includes(view)) stream.abort();
  if (isNew) lead(view);
  offer();
}

// A reader hears what has become of the page.
function lead(view) {
  const first = document.querySelector(`[data-only="${view}"] ${view === "login" ? "input" : "h1"}`);
  if (view !== "login") first.tabIndex = -1;
  first.focus();
}

// ---- log-in, and coming back

let opened = null;

async function begin() {
  comfort();
  opened = queue.open().then(onlyTab);
  at("login").addEventListener("submit", logIn);
  at("enter").disabled = false;
  await opened;
  door.token = queue.remembered("token");
  if (queue.waiting().length) state.stuckSince = performance.now();
  at("confirm").addEventListener("click", confirmData);
  at("here").addEventListener("click", () => show("login"));
  at("save").addEventListener("click", saveRescue);
  at("previous").addEventListener("click", () => paper.go(paper.current - 1));
  at("next").addEventListener("click", () => paper.go(paper.current + 1));
  at("layout").addEventListener("click", layOut);
  at("questions").addEventListener("submit", (event) => event.preventDefault());
  at("finish").addEventListener("click", ask);
  at("back").addEventListener("click", () => at("sure").close());
  at("submit").addEventListener("click", submit);
  document.addEventListener("keydown", press);
  keepPage().catch(() => {}); // without it a reload while the server is away shows the browser's own page, and loses nothing
  if (!door.token) return;
  const late = setTimeout(away, LOOK_AT_END_MS);
  await look();
  clearTimeout(late);
}

async function keepPage() {
  if (!navigator.serviceWorker || navigator.serviceWorker.controller) return;
  await navigator.serviceWorker.register("/session/worker.js", { scope: "/session/sit" });
  const loaded = performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname);
  const files = new Set([location.pathname, ...loaded.filter((path) => path.includes("/static/"))]);
  await (await caches.open("svops-sit")).addAll([...files]);
}

async function onlyTab() {
  if (!navigator.locks) return;
  await new Promise((isHeld) => {
    navigator.locks.request("svops-sitting", { ifAvailable: true }, (lock) => {
      if (lock) {
        isHeld();
        return new Promise(() => {});
      }
      show("second");
      return undefined;
    });
  });
}

let isEntering = false;

async function logIn(event) {
  event.preventDefault();
  if (isEntering) return;
  isEntering = true;
  await opened; // who types faster than the page's memory opens need not press again
  await enter(event);
  isEntering = false;
}

async function enter(event) {
  const form = new FormData(event.target);
  const refusal = at("login-refusal");
  refusal.hidden = true;
  try {
    const browser = await queue.browser();
    const entered = await door.send("POST", "/login", { username: form.get("username"), password: form.get("password"), browser });
    await delivering; // over the line before
    door.token = entered.token;
    await queue.startOver(entered.token, entered.sitting.exam_username);
    queue.resume(entered.sitting.answers);
    event.target.reset();
    Object.assign(state, fresh());
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
    if (!(await isOut(error))) away();
  }
  if (isOn("waiting") || isOn("away")) looking = setTimeout(look, isOn("away") ? LOOK_AT_END_MS : LOOK_AGAIN_MS);
}

function away() {
  online(false);
  if (!state.sitting) show("away");
}

// Whether this screen may no longer speak for the sitting; then it says so.
async function isOut(error) {
  if (error.code === "LineMoved") {
    if (!isOn("login") || !state.sitting) show("moved"); // not to somebody who logs in already
  } else if (error.code === "NotAuthenticated") {
    door.token = null;
    await queue.remember("token", null); // what waits goes out when the same candidate has logged in again
    show("login");
  } else {
    return false;
  }
  return true;
}

async function refused(error) {
  if (!(await isOut(error))) await look();
}

async function take(sitting) {
  online(true);
  state.sitting = sitting;
  state.end = sitting.remaining_seconds === null ? null : performance.now() + sitting.remaining_seconds * 1000;
  queue.remember("rescue", { exam_id: sitting.exam_id, exam_username: sitting.exam_username, ...sitting.rescue });
  head();
  if (sitting.announcements.length) announce(sitting.announcements.at(-1));
  if (sitting.questions) {
    work();
  } else if (CLOSED.includes(sitting.state)) {
    await ended();
  } else {
    const isRunning = sitting.state === "suspended";
    at("waiting-title").textContent = isRunning ? words.suspended : words.notStarted;
    at("waiting-text").textContent = isRunning ? words.suspendedText : words.notStartedText;
    show("waiting");
    clearTimeout(looking);
    looking = setTimeout(look, LOOK_AGAIN_MS);
  }
  listen();
}

function work() {
  const { sitting } = state;
  for (const [number, { option, seq }] of Object.entries(sitting.answers)) know(Number(number), option, seq);
  for (const { question, option, seq, refused: code } of queue.unsent()) if (!code) know(question, option, seq);
  state.flagged = new Set(queue.remembered("flagged") ?? []);
  const drawn = `${sitting.exam_username} ${sitting.variant} ${sitting.sub_variant}`;
  if (state.drawn !== drawn) {
    paper.draw(sitting.questions);
    for (const number of state.flagged) paper.setFlag(number, true);
    state.drawn = drawn;
  }
  for (const { number } of sitting.questions) paper.set(number, state.answers.get(number) ?? null);
  const isFirst = !isOn("answering");
  show("answering");
  if (isFirst) paper.lay(queue.remembered("current") ?? 1, queue.remembered("layout") === "list");
  nameLayout();
  mark();
  deliver();
}

// What is older than what is known here is only late.
function know(question, option, seq) {
  state.seq = Math.max(state.seq, seq);
  if (seq < (state.seqs.get(question) ?? 0)) return;
  state.answers.set(question, option);
  state.seqs.set(question, seq);
}

async function ended() {
  const { sitting } = state;
  at("ended").textContent = { submitted: words.submitted, time_expired: words.timeExpired, annulled: words.annulled }[sitting.state];
  at("ended-answered").textContent = `${words.answeredQuestions}: ${sitting.answered} / ${sitting.questions_count}`;
  at("leave").hidden = !/\bSEB\b/.test(navigator.userAgent);
  show("ended");
  if (queue.waiting().length) deliver(); // refused now, and so on record with the hour at which it came
  else if (!queue.unsent().length) await queue.forget();
}

// ---- whose sitting it is

function head() {
  const { sitting } = state;
  const [isConfirmed, isHidden] = [Boolean(queue.remembered("confirmed")), Boolean(queue.remembered("hidden"))];
  at("confirm").hidden = isConfirmed;
  const rows = [
    [words.candidate, sitting.names],
    [words[sitting.identifier_type], isHidden ? "••••••••••" : sitting.identifier],
    [words.unique, sitting.unique_number],
    [words.date, new Date(`${sitting.exam_on}T12:00:00Z`).toLocaleDateString("bg-BG")],
    ...(sitting.sub_variant ? [[words.variant, `${sitting.variant} (${sitting.sub_variant})`]] : []),
    [words.place, `${sitting.hall} · ${sitting.seat}`],
  ];
  const headed = JSON.stringify([rows, isConfirmed]);
  if (state.headed === headed) return; // a button that has the focus keeps it
  state.headed = headed;
  for (const list of document.querySelectorAll(".who")) {
    const hadFocus = list.contains(document.activeElement);
    list.replaceChildren(...rows.map(([label, value]) => element("div", {}, element("dt", { textContent: label }), element("dd", { textContent: value }))));
    const button = identifierButton(isConfirmed, isHidden);
    if (isConfirmed || list.closest(".bar")) list.children[1].lastChild.append(" ", button);
    if (hadFocus) button.focus();
  }
}

function identifierButton(isConfirmed, isHidden) {
  const name = words[state.sitting.identifier_type];
  const button = element("button", { type: "button", className: "plain" });
  button.textContent = !isConfirmed ? words.confirmData : isHidden ? words.show : words.hide;
  if (isConfirmed) button.setAttribute("aria-label", `${button.textContent}: ${name}`);
  button.addEventListener("click", isConfirmed ? () => hideIdentifier(!isHidden) : confirmData);
  return button;
}

function confirmData() {
  queue.remember("confirmed", true);
  head();
  speak(words.confirmed);
}

function hideIdentifier(isHidden) {
  queue.remember("hidden", isHidden);
  head();
}

// ---- the questions

function layOut() {
  const isList = !paper.isList;
  queue.remember("layout", isList ? "list" : "one");
  paper.lay(paper.current, isList);
  nameLayout();
}

function nameLayout() {
  at("layout").textContent = paper.isList ? words.oneByOne : words.asList;
}

function press(event) {
  if (!isOn("answering") || at("sure").open || event.ctrlKey || event.altKey || event.metaKey || state.isOver) return;
  const isInside = at("questions").contains(event.target);
  const by = { PageUp: -1, PageDown: 1 }[event.key];
  if (by && (isInside || !paper.isList)) {
    event.preventDefault();
    paper.go(paper.current + by);
  } else if (event.target.closest?.(".question") && paper.press(paper.current, event.key)) {
    event.preventDefault();
  }
}

function flag(number, isFlagged) {
  if (isFlagged) state.flagged.add(number);
  else state.flagged.delete(number);
  queue.remember("flagged", [...state.flagged]);
  mark();
}

function mark() {
  if (!isOn("answering")) return;
  const unsent = new Map(queue.unsent().map((one) => [one.question, one]));
  const waiting = queue.waiting().length;
  const isWaiting = state.isAway ? [words.waiting, "bad"] : [words.saving, "wait"];
  const toldOf = (number) => {
    if (unsent.get(number)?.refused) return [words.refused, "bad"];
    if (unsent.has(number)) return isWaiting;
    return state.seqs.has(number) ? [words.saved, "good"] : ["", ""];
  };
  paper.mark((number) => {
    const [told, how] = toldOf(number);
    return { has: Boolean(state.answers.get(number)), isFlagged: state.flagged.has(number), isPending: unsent.has(number), told, how };
  });
  const answered = [...state.answers.values()].filter(Boolean).length;
  at("count").textContent = `${answered} / ${state.sitting.questions.length}`;
  const isStill = unsent.size ? [words.refused, "bad"] : [state.seqs.size ? words.saved : "", ""];
  const [line, how] = waiting ? isWaiting : state.isAway ? [words.noLine, "bad"] : isStill;
  const many = waiting || unsent.size;
  const told = many > 1 ? `${line} (${many})` : line;
  if (at("line").textContent !== told) at("line").textContent = told;
  at("line").className = `line ${how}`;
}

// ---- answers on their way

async function change(question, letter) {
  const stood = { option: state.answers.get(question) ?? null, seq: state.seqs.get(question) ?? 0 };
  state.seq += 1;
  know(question, letter, state.seq);
  const kept = queue.change({ question, option: letter, seq: state.seq, client_at: new Date().toISOString() }, stood);
  state.stuckSince ??= performance.now();
  mark();
  deliver();
  await kept;
}

let delivering = null;
let again = 0;

function deliver() {
  clearTimeout(again);
  if (!MAY_SEND.includes(body.dataset.view)) return Promise.resolve();
  delivering ??= deliverAll().finally(() => {
    delivering = null;
    mark();
    offer();
    if (queue.waiting().length) again = setTimeout(deliver, Math.min(250 * 2 ** state.failures, 10000));
  });
  return delivering;
}

async function deliverAll() {
  try {
    while (queue.waiting().length) await deliverSome(queue.waiting().slice(0, MOST_AT_ONCE));
    state.failures = 0;
    state.stuckSince = null;
  } catch (error) {
    state.failures += 1;
    if (error instanceof Refused && error.status < 500) await refused(error);
    else online(false);
  }
}

// Sends these, and believes of each only what the server says of it.
async function deliverSome(changes) {
  let refusal = null;
  for (const told of await verdicts(changes)) {
    if (told.verdict === "refused") {
      refusal = told.code;
      if (REFUSED_FOR_GOOD.includes(told.code)) await queue.refuse(told.question, told.seq, told.code);
    } else {
      await queue.done(told.question, told.seq);
      state.stuckSince = performance.now();
      adopt(told);
    }
  }
  online(true);
  mark();
  if (refusal) throw new Refused({ code: refusal, sentence: {} }, 409);
}

async function verdicts(changes) {
  if (changes.length > 1) return (await door.send("POST", "/answers", changes.map(({ before, ...one }) => one))).verdicts;
  const [{ question, option, seq, client_at }] = changes;
  try {
    return [await door.send("PUT", `/answers/${question}`, { option, seq, client_at })];
  } catch (error) {
    if (!(error instanceof Refused) || !REFUSED_FOR_GOOD.includes(error.code)) throw error;
    return [{ question, seq, verdict: "refused", code: error.code }];
  }
}

// A newer answer stands, given elsewhere: it is shown, because it is what counts.
function adopt({ question, verdict, stands }) {
  if (verdict !== "superseded" || !stands || stands.seq < state.seqs.get(question)) return;
  know(question, stands.option, stands.seq);
  paper.set(question, stands.option);
}

function online(isThere) {
  if (state.isAway === !isThere) return;
  state.isAway = !isThere;
  if (isThere) state.failures = 0;
  mark();
}

// ---- what could not be saved, as a file

function offer() {
  const panel = at("rescue");
  const { stuckSince, isOver } = state;
  const rescue = queue.remembered("rescue");
  const unsent = queue.unsent().length;
  const isLate = stuckSince !== null && performance.now() - stuckSince >= (rescue?.after_seconds ?? Infinity) * 1000;
  const isAfter = isOver || isOn("ended") || isOn("moved");
  const isRefused = !queue.waiting().length; // said only when the server has said so
  const isGivenElsewhere = isRefused && isOn("answering");
  panel.hidden = !rescue || !unsent || !(isLate || isAfter || isGivenElsewhere);
  if (panel.hidden) return;
  const late = isRefused && isOn("ended") ? words.rescueEnded : isOver || isOn("ended") ? words.rescueOver : words.rescueAway;
  const told = isOn("moved") || isGivenElsewhere ? words.rescueMoved : late;
  const text = `${told} ${words.unsent} ${unsent}.`;
  if (at("rescue-text").textContent !== text) at("rescue-text").textContent = text;
  at("save").hidden = !canSeal();
}

async function saveRescue() {
  const rescue = queue.remembered("rescue");
  const content = {
    token: door.token,
    made_at: new Date().toISOString(),
    unsent: queue.unsent().map(({ before, ...change }) => change),
    shown: Object.fromEntries([...state.answers].filter(([, letter]) => letter)),
  };
  const name = `svops-${rescue.exam_id}-${rescue.exam_username}.jwe`;
  download(name, await sealed(content, rescue.key));
  at("rescue-saved").textContent = `${words.rescueSaved} ${name}`;
}

// ---- the end

function ask() {
  const open = state.sitting.questions.filter((question) => !state.answers.get(question.number)).length;
  at("sure-open").textContent = open === 0 ? words.allAnswered : open === 1 ? words.openOne : `${words.open} ${open}.`;
  at("sure-refusal").hidden = true;
  at("sure").showModal();
}

async function submit() {
  const refusal = at("sure-refusal");
  refusal.hidden = true;
  await deliver();
  try {
    if (queue.waiting().length) throw new Refused({ code: "unsaved", sentence: {} }, 0);
    await door.send("POST", "/submit", {});
    await look();
  } catch (error) {
    if (error instanceof Refused && error.status >= 400 && error.status < 500) await refused(error);
    refusal.textContent = error.code === "unsaved" ? words.unsaved : words.noServer;
    refusal.hidden = false;
  }
}

// ---- what happens meanwhile

let isListening = false;

async function listen() {
  if (isListening) return;
  isListening = true;
  const told = {
    time: (facts) => keepTime(facts),
    announcement: (facts) => announce(facts),
    moved: () => leave(),
  };
  while (!DEAF.includes(body.dataset.view)) {
    let isNew = true;
    stream = new AbortController();
    try {
      for await (const event of events(door, stream)) {
        online(true);
        if (isNew) await look(); // what was told before the stream was there
        isNew = false;
        await (told[event.kind] ?? look)(event.facts);
      }
    } catch {
      if (!stream.signal.aborted) online(false);
    }
    await new Promise((later) => setTimeout(later, 2000));
    if (queue.waiting().length) deliver();
  }
  isListening = false;
}

// What is on its way is refused over this line, and so on record.
async function leave() {
  await deliver();
  show("moved");
}

function keepTime({ now, ends_at }) {
  if (ends_at && state.sitting) state.sitting.ends_at = ends_at;
  if (state.sitting?.ends_at) state.end = performance.now() + (new Date(state.sitting.ends_at) - new Date(now));
}

function announce({ minutes, text }) {
  const sentence = text ? `${words.announcedText} ${text}` : `${words.announced} ${minutes} ${words.minutes}`;
  if (at("notice").textContent === sentence) return;
  at("notice").textContent = sentence;
  at("notice").hidden = false;
  speak(sentence);
}

function speak(sentence) {
  at("spoken").textContent = sentence;
}

// The clock runs on the page; a reader hears of it at the thresholds only.
function tick() {
  offer();
  if (state.end === null || !isOn("answering")) return;
  const seconds = Math.max(0, Math.floor((state.end - performance.now()) / 1000));
  const two = (number) => String(number).padStart(2, "0");
  at("clock").textContent = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  document.querySelector(".clock").classList.toggle("last", seconds <= 900);
  const threshold = ANNOUNCED_MINUTES.findLast((minutes) => seconds <= minutes * 60);
  if (threshold && threshold < state.spoken) {
    if (state.spoken !== Infinity || seconds > (threshold - 1) * 60) speak(`${words.remaining} ${threshold} ${words.minutes}`);
    state.spoken = threshold;
  }
  over(seconds === 0);
}

let lookedAtEnd = -Infinity;

// Nothing is taken any more once the time is over, though the server cannot be asked.
function over(isOver) {
  if (state.isOver !== isOver) {
    state.isOver = isOver;
    paper.stop(isOver);
    at("over").hidden = !isOver;
    if (isOver) speak(at("over").textContent);
    offer();
  }
  if (isOver && performance.now() - lookedAtEnd > LOOK_AT_END_MS) {
    lookedAtEnd = performance.now();
    look();
  }
}

setInterval(tick, 1000);
addEventListener("online", () => look());
addEventListener("offline", () => online(false));
begin();
