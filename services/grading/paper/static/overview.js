// The commission's page: many scans at once with a bar of how far it is, and the parts marked data-live kept fresh.
// Without this module one file at a time is sent by the form.
import { keepFresh, refresh } from "/static/fresh.js";

const EVERY_MS = 6000;
const AT_ONCE = 20;
const form = document.getElementById("upload");
const panel = document.getElementById("uploading");
let isUploading = false;

function here() {
  const address = new URL(location.href);
  address.searchParams.delete("done");
  return address;
}

const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

async function ask(path, options) {
  const answer = await fetch(`/grading/paper/api/${path}`, options);
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.sentence?.[document.documentElement.lang] ?? String(answer.status));
  return told;
}

// Names of files stay in the browser: a scanner's operator may have put a person's into one.
async function upload(files) {
  const exam = panel.dataset.exam;
  const known = new Set((await ask(`scans?${new URLSearchParams({ exam_id: exam })}`)).scans);
  const told = { done: 0, known: 0, failed: 0 };
  const bar = panel.querySelector("progress");
  const line = document.getElementById("uploaded");
  const refused = document.getElementById("refused");
  let waiting = [];
  bar.max = files.length;
  refused.replaceChildren();

  function tell() {
    bar.value = told.done + told.known + told.failed;
    const parts = [`${told.done} / ${files.length} ${panel.dataset.done}`];
    if (told.known) parts.push(`${told.known} ${panel.dataset.known}`);
    if (told.failed) parts.push(`${told.failed} ${panel.dataset.failed}. ${panel.dataset.again}`);
    line.textContent = parts.join(" · ");
  }

  function fail(file, error) {
    const item = document.createElement("li");
    item.textContent = `${file.name}: ${error.message}`;
    refused.append(item);
    told.failed += 1;
  }

  async function register() {
    const batch = waiting;
    waiting = [];
    if (!batch.length) return;
    try {
      const scans = batch.map(({ sha256 }) => sha256);
      const headers = { "content-type": "application/json" };
      await ask("register_scans", { method: "POST", headers, body: JSON.stringify({ exam_id: exam, scans }) });
      told.done += batch.length;
    } catch (error) {
      for (const { file } of batch) fail(file, error);
    }
    tell();
  }

  for (const file of files) {
    try {
      const content = await file.arrayBuffer();
      const sha256 = hex(await crypto.subtle.digest("SHA-256", content));
      if (known.has(sha256)) {
        told.known += 1;
      } else {
        known.add(sha256);
        const headers = { "content-type": file.type || "application/octet-stream" };
        waiting.push({ file, ...(await ask("files", { method: "POST", headers, body: content })) });
      }
    } catch (error) {
      fail(file, error);
    }
    if (waiting.length >= AT_ONCE) await register();
    tell();
  }
  await register();
}

// Without a secure context there is no hash to ask by: the plain form stays.
if (form && crypto.subtle) {
  const input = form.querySelector("input[type=file]");
  const button = form.querySelector("button");
  input.multiple = true;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isUploading) return;
    isUploading = button.disabled = true;
    panel.hidden = false;
    try {
      await upload([...input.files]);
      input.value = "";
    } catch (error) {
      document.getElementById("uploaded").textContent = error.message;
    } finally {
      isUploading = button.disabled = false;
    }
    refresh(here());
  });
}

window.addEventListener("beforeunload", (event) => {
  if (isUploading) event.preventDefault();
});
keepFresh(here, EVERY_MS);
