// What the server has not confirmed, kept over reloads: one change a question, the newest. The page's own memory is asked,
// IndexedDB remembers; where a browser has no storage, what is on its way lives as long as the page.
const NAME = "svops-sitting";

const settled = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

const committed = (transaction) => new Promise((resolve, reject) => {
  transaction.oncomplete = () => resolve();
  transaction.onerror = transaction.onabort = () => reject(transaction.error);
});

export class Queue {
  #database = null;
  #changes = new Map();
  #memory = new Map();

  async open() {
    try {
      const opening = indexedDB.open(NAME, 1);
      opening.onupgradeneeded = () => {
        opening.result.createObjectStore("waiting", { keyPath: "question" });
        opening.result.createObjectStore("memory");
      };
      this.#database = await settled(opening);
      const [waiting, memory] = ["waiting", "memory"].map((name) => this.#database.transaction(name).objectStore(name));
      const [changes, names, values] = await Promise.all([waiting.getAll(), memory.getAllKeys(), memory.getAll()].map(settled));
      for (const change of changes) this.#changes.set(change.question, change);
      names.forEach((name, index) => this.#memory.set(name, values[index]));
    } catch {
      this.#database = null;
    }
  }

  async #write(name, change) {
    if (!this.#database) return;
    try {
      const transaction = this.#database.transaction(name, "readwrite", { durability: "strict" });
      change(transaction.objectStore(name));
      await committed(transaction);
    } catch {
      // a full or broken disk is no reason not to send
    }
  }

  // What is to be sent.
  waiting() {
    return [...this.#changes.values()].filter((change) => !change.refused);
  }

  // What has not been saved: on its way, or refused for good.
  unsent() {
    return [...this.#changes.values()];
  }

  #put(change) {
    this.#changes.set(change.question, change);
    return this.#write("waiting", (store) => store.put(change));
  }

  // `stood`: what was known of the question's answer before.
  change(change, stood) {
    const before = this.#changes.get(change.question)?.before ?? [stood];
    const { option, seq } = change;
    return this.#put({ ...change, before: [...before, { option, seq }] });
  }

  // A change is done when nothing newer for its question has come meanwhile.
  async done(question, seq) {
    if (!(this.#changes.get(question)?.seq <= seq)) return;
    this.#changes.delete(question);
    await this.#write("waiting", (store) => store.delete(question));
  }

  // Refused for good: not sent again, but kept for the rescue file.
  async refuse(question, seq, code) {
    const change = this.#changes.get(question);
    if (change?.seq === seq) await this.#put({ ...change, refused: code });
  }

  // The sitting has come back, perhaps from another computer: what was not saved is sent over the new line, except where
  // the answer that stands was given there.
  resume(answers) {
    for (const { refused, ...change } of this.#changes.values()) {
      const { option, seq } = answers[change.question] ?? { option: null, seq: 0 };
      const isOurs = change.before.some((one) => one.seq === seq && one.option === option);
      if (!refused || refused === "LineMoved") this.#put(isOurs ? change : { ...change, refused: "LineMoved" });
    }
  }

  remembered(name) {
    return this.#memory.get(name);
  }

  remember(name, value) {
    this.#memory.set(name, value);
    return this.#write("memory", (store) => store.put(value, name));
  }

  // A random id of this browser: with it an answer to a log-in that was lost on the way may be asked for again.
  async browser() {
    const known = this.remembered("browser");
    if (known) return known;
    const made = crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))]
      .map((byte) => byte.toString(16).padStart(2, "0")).join("").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    await this.remember("browser", made);
    return made;
  }

  // Another candidate's leftovers never go out under this one's name.
  async startOver(token, whose) {
    if (this.remembered("whose") !== whose) await this.forget(["browser"]);
    await this.remember("whose", whose);
    await this.remember("token", token);
  }

  async forget(except = []) {
    const kept = except.map((name) => [name, this.remembered(name)]).filter(([, value]) => value !== undefined);
    this.#changes.clear();
    this.#memory = new Map(kept);
    await this.#write("waiting", (store) => store.clear());
    await this.#write("memory", (store) => {
      store.clear();
      for (const [name, value] of kept) store.put(value, name);
    });
  }
}
