// The marker's keyboard: doubtful questions first, then a look at each column, then the submit button.
// Without this module the same form is filled in by hand.
const form = document.getElementById("marks");

if (form) {
  const letters = [...form.dataset.letters];
  const fields = [...form.querySelectorAll("input[data-question]")];
  const looks = [...form.querySelectorAll("input[type=checkbox]")];
  const submit = form.querySelector("button[type=submit]");
  const card = document.getElementById("card");
  const zoom = document.getElementById("zoom");
  const now = document.getElementById("now");
  const left = document.getElementById("left");
  const rows = Math.ceil(fields.length / looks.length);
  const ZOOM_ROWS = 4;
  const WHOLE = card.getAttribute("viewBox");
  const answered = [];

  const isAnswer = (value) => ["–", "м"].includes(value) || (value !== "" && [...value].every((one) => letters.includes(one)));
  const isOpen = (field) => !isAnswer(field.value);

  function look(input) {
    const [x, y, w, h] = input.dataset.place.split(" ").map(Number);
    for (const [name, value] of Object.entries({ x, y, width: w, height: h })) {
      now.setAttribute(name, value);
    }
    // A column is compared with its fields: the card shows it alone, and nothing lies over them.
    const isColumn = input.type === "checkbox";
    zoom.classList.toggle("away", isColumn);
    card.setAttribute("viewBox", isColumn ? `${x} ${y} ${w} ${h}` : WHOLE);
    const tall = (h * ZOOM_ROWS) / 2;
    if (!isColumn) zoom.setAttribute("viewBox", `${x} ${y - (tall - h) / 2} ${w} ${tall}`);
  }

  function tell() {
    const open = fields.filter(isOpen).length;
    left.querySelector(".number").textContent = open;
  }

  function onward() {
    const next = fields.find(isOpen) ?? looks.find((one) => !one.checked) ?? submit;
    next.focus();
    if (next.dataset.place) look(next);
  }

  // What was open is answered and left with one key; a second sign, or a correction, is asked for by Shift or by Enter.
  function set(field, value, isMore) {
    const wasOpen = isOpen(field);
    field.value = value;
    tell();
    if (wasOpen && !isMore) {
      answered.push(field);
      onward();
    }
  }

  function back(key) {
    if (key !== "Backspace" || !answered.length) return false;
    const before = answered.pop();
    before.value = "";
    tell();
    before.focus();
    return true;
  }

  function letterOf(event) {
    const digit = /^Digit([1-9])$/.exec(event.code) ?? /^Numpad([1-9])$/.exec(event.code);
    const place = digit ? Number(digit[1]) - 1 : letters.indexOf(event.key.toUpperCase());
    return letters[place];
  }

  function withLetter(field, letter, isMore) {
    if (!isMore || !letters.includes(field.value[0])) return letter;
    const found = new Set(field.value);
    if (!found.delete(letter)) found.add(letter);
    return letters.filter((one) => found.has(one)).join("") || "–";
  }

  function answer(field, event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return false;
    const letter = letterOf(event);
    if (letter) set(field, withLetter(field, letter, event.shiftKey), event.shiftKey);
    else if (["0", "-", "–"].includes(event.key)) set(field, "–");
    else if (["м", "М", "m", "M"].includes(event.key)) set(field, "м");
    else return false;
    return true;
  }

  function step(field, key) {
    const by = { ArrowDown: 1, ArrowUp: -1, ArrowRight: rows, ArrowLeft: -rows }[key];
    if (by === undefined) return false;
    fields[fields.indexOf(field) + by]?.focus();
    return true;
  }

  function hide(event) {
    if (!["h", "H", "х", "Х"].includes(event.key)) return false;
    card.classList.toggle("plain");
    zoom.classList.toggle("plain");
    return true;
  }

  form.addEventListener("focusin", ({ target }) => {
    if (target.dataset.place) look(target);
    if (target.dataset.question) target.select();
  });

  form.addEventListener("keydown", (event) => {
    const { target } = event;
    const isField = Boolean(target.dataset.question);
    let isDone = hide(event);
    if (!isDone && event.key === "Enter" && target !== submit) {
      if (target.type === "checkbox") target.checked = true;
      onward();
      isDone = true;
    }
    if (!isDone && isField) isDone = step(target, event.key) || answer(target, event);
    if (!isDone && target !== submit) isDone = back(event.key);
    if (isDone) event.preventDefault();
  });

  form.addEventListener("input", tell);
  tell();
  onward();
}
