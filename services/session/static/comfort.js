// Contrast and size of the text, remembered in this browser.
const SIZES = 4;
const root = document.documentElement;
const at = (id) => document.getElementById(id);

const kept = {
  read(name) {
    try {
      return localStorage.getItem(`svops-${name}`);
    } catch {
      return null; // a browser without storage keeps nothing
    }
  },
  write(name, value) {
    try {
      localStorage.setItem(`svops-${name}`, value);
    } catch {
      // as above
    }
  },
};

function apply(size, isHigh) {
  root.dataset.size = size;
  root.dataset.contrast = isHigh ? "high" : "normal";
  at("smaller").disabled = size === 0;
  at("larger").disabled = size === SIZES - 1;
  at("contrast").setAttribute("aria-pressed", String(isHigh));
}

export function comfort() {
  let size = Math.min(SIZES - 1, Math.max(0, Number(kept.read("size")) || 0));
  let isHigh = kept.read("contrast") === "high";
  const change = (by) => {
    size = Math.min(SIZES - 1, Math.max(0, size + by));
    kept.write("size", size);
    apply(size, isHigh);
  };
  at("smaller").addEventListener("click", () => change(-1));
  at("larger").addEventListener("click", () => change(1));
  at("contrast").addEventListener("click", () => {
    isHigh = !isHigh;
    kept.write("contrast", isHigh ? "high" : "normal");
    apply(size, isHigh);
  });
  apply(size, isHigh);
}
