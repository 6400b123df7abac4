// A page kept fresh: the parts marked data-live are exchanged for those of the page as it is now.
const away = document.getElementById("away");

// Something was typed that has not been sent: the part waits.
const isTyped = (part) => [...part.querySelectorAll("input:not([type=hidden])")].some((input) => input.value !== input.defaultValue);

export async function refresh(address) {
  if (document.hidden || !away) return;
  try {
    const answer = await fetch(address, { headers: { accept: "text/html" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const now = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const fresh = now.getElementById(part.id);
      if (fresh && !part.contains(document.activeElement) && !isTyped(part) && fresh.outerHTML !== part.outerHTML) part.replaceWith(fresh);
    }
    away.hidden = true;
  } catch {
    away.hidden = false;
  }
}

export function keepFresh(address, everyMs) {
  const look = () => refresh(address());
  setInterval(look, everyMs);
  document.addEventListener("visibilitychange", look);
}
