// The questions, one at a time or all in a list, and the map of them. It draws what it is told and knows no server.
const at = (id) => document.getElementById(id);

export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

export class Paper {
  constructor(words, { choose, flag, turn }) {
    this.words = words;
    this.choose = choose;
    this.flag = flag;
    this.turn = turn;
    this.questions = [];
    this.current = 1;
    this.isList = false;
  }

  draw(questions) {
    this.questions = questions;
    this.sheets = questions.map((question) => this.#sheet(question));
    this.pieces = questions.map(({ number }) => element("button", { type: "button", textContent: number }));
    this.pieces.forEach((piece, index) => piece.addEventListener("click", () => this.go(index + 1)));
    at("paper").replaceChildren(...this.sheets);
    at("map").replaceChildren(...this.pieces.map((piece) => element("li", {}, piece)));
  }

  #sheet({ number, text, options }) {
    const { words } = this;
    const clear = element("button", { type: "button", className: "plain clear", textContent: words.clear });
    clear.setAttribute("aria-label", `${words.clear}, ${words.question.toLowerCase()} ${number}`);
    clear.addEventListener("click", () => this.#clear(number));
    const flag = element("input", { type: "checkbox", className: "flagging" });
    flag.addEventListener("change", () => this.flag(number, flag.checked));
    const sheet = element(
      "fieldset",
      { className: "question" },
      element(
        "legend",
        {},
        element("span", { className: "number", textContent: `${words.question} ${number} / ${this.questions.length}` }),
        element("span", { textContent: text, lang: "bg" }),
      ),
      element("div", { className: "options", lang: "bg" }, ...Object.entries(options).map((one) => this.#option(number, ...one))),
      element(
        "div",
        { className: "below" },
        element("span", { className: "told" }),
        element("label", { className: "flag" }, flag, ` ${words.flag}`),
        clear,
      ),
    );
    sheet.addEventListener("focusin", () => this.#turnTo(number));
    return sheet;
  }

  #option(number, letter, text) {
    const input = element("input", { type: "radio", name: `question-${number}`, value: letter });
    input.addEventListener("change", () => this.choose(number, letter));
    return element("label", {}, input, element("b", { textContent: letter }), element("span", { textContent: text }));
  }

  #clear(number) {
    for (const input of this.#inputs(number)) input.checked = false;
    this.choose(number, null);
  }

  #inputs(number) {
    return [...this.sheets[number - 1].querySelectorAll(".options input")];
  }

  #turnTo(number) {
    if (this.current === number) return;
    this.current = number;
    this.turn(number);
  }

  // What stands for a question, as it came from outside.
  set(number, letter) {
    for (const input of this.#inputs(number)) input.checked = input.value === letter;
  }

  setFlag(number, isFlagged) {
    this.sheets[number - 1].querySelector(".flagging").checked = isFlagged;
  }

  lay(current, isList) {
    this.current = Math.min(Math.max(1, current), this.questions.length);
    this.isList = isList;
    at("questions").classList.toggle("list", isList);
    this.show();
    if (isList) this.sheets[this.current - 1].scrollIntoView({ block: "start" });
  }

  show() {
    this.sheets.forEach((sheet, index) => {
      sheet.hidden = !this.isList && index + 1 !== this.current;
    });
    at("steps").hidden = this.isList;
    at("previous").disabled = this.current === 1;
    at("next").disabled = this.current === this.questions.length;
  }

  go(number) {
    if (number < 1 || number > this.questions.length) return;
    this.#turnTo(number);
    this.show();
    const inputs = this.#inputs(number);
    (inputs.find((input) => input.checked) ?? inputs[0])?.focus({ preventScroll: true });
    this.sheets[number - 1].scrollIntoView({ block: "nearest" });
  }

  // А–Г or 1–4 while a question has the focus: nowhere else, so that no other key of a page or a reader is taken away.
  press(number, key) {
    const inputs = this.#inputs(number);
    const chosen = inputs.find((input) => input.value === key.toUpperCase()) ?? (/^[1-9]$/.test(key) ? inputs[key - 1] : undefined);
    if (!chosen || chosen.disabled) return false;
    chosen.focus();
    if (!chosen.checked) chosen.click();
    return true;
  }

  stop(isStopped) {
    for (const sheet of this.sheets) sheet.disabled = isStopped;
  }

  // ``of(number)``: {has, isFlagged, isPending, told, how}
  mark(of) {
    this.questions.forEach(({ number }, index) => {
      const { has, isFlagged, isPending, told, how } = of(number);
      const piece = this.pieces[index];
      for (const [name, is] of [["answered", has], ["pending", isPending], ["flagged", isFlagged]]) piece.classList.toggle(name, is);
      const flagged = isFlagged ? `, ${this.words.flagged}` : "";
      piece.setAttribute("aria-label", `${this.words.question} ${number}, ${has ? this.words.answered : this.words.unanswered}${flagged}`);
      if (number === this.current) piece.setAttribute("aria-current", "true");
      else piece.removeAttribute("aria-current");
      const line = this.sheets[index].querySelector(".told");
      line.textContent = told;
      line.className = `told ${how}`;
    });
  }
}
