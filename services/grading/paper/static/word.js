// The member's word on a third count by keys: 1 goes to the consent, 2 to the reason against it, and Enter records.
// Without this module the same two forms are filled in by hand.
const agree = document.querySelector("#agree button");
const reason = document.querySelector("#dissent input[name=reason]");

if (agree) {
  document.addEventListener("keydown", (event) => {
    if (event.target === reason || event.ctrlKey || event.altKey || event.metaKey) return;
    const to = { Digit1: agree, Numpad1: agree, Digit2: reason, Numpad2: reason }[event.code];
    if (!to) return;
    to.focus();
    event.preventDefault();
  });
}
