// What the server has not confirmed, kept over reloads: one change a question, the newest.
const NAME = "svops-sitting";

const settled = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

export class Queue {
  async open() {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore("waiting", { keyPath: "question" });
      opening.result.createObjectStore("memory");
    };
    this.database = await settled(opening);
  }

  #store(name, mode = "readwrite") {
    return this.database.transaction(name, mode, { durability: "strict" }).objectStore(name);
  }

  waiting() {
    return settled(this.#store("waiting", "readonly").getAll());
  }

  put(change) {
    return settled(this.#store("waiting").put(change));
  }

  // A change is done when nothing newer for its question has come meanwhile.
  async done(question, seq) {
    const store = this.#store("waiting");
    const waiting = await settled(store.get(question));
    if (waiting && waiting.seq <= seq) await settled(store.delete(question));
  }

  remembered(name) {
    return settled(this.#store("memory", "readonly").get(name));
  }

  remember(name, value) {
    return settled(this.#store("memory").put(value, name));
  }

  // A random id of this browser: with it an answer to a log-in that was lost on the way may be asked for again.
  async browser() {
    const known = await this.remembered("browser");
    if (known) return known;
    const made = crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))]
      .map((byte) => byte.toString(16).padStart(2, "0")).join("").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    await this.remember("browser", made);
    return made;
  }

  // Another candidate's leftovers never go out under this one's name.
  async startOver(token, whose) {
    if ((await this.remembered("whose")) !== whose) {
      await settled(this.#store("waiting").clear());
      for (const name of ["flagged", "current"]) await settled(this.#store("memory").delete(name));
    }
    await this.remember("whose", whose);
    await this.remember("token", token);
  }

  async forget() {
    await settled(this.#store("waiting").clear());
    await settled(this.#store("memory").clear());
  }
}
