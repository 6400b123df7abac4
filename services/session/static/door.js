// The live door: requests with the sitting's token, and its stream of events.
const PREFIX = "/live";
const PATIENCE_MS = 15000;

export class Refused extends Error {
  constructor(problem, status) {
    super(problem.code);
    this.code = problem.code;
    this.status = status;
    this.sentences = problem.sentence;
  }

  sentence(language) {
    return this.sentences[language] ?? this.sentences.bg ?? this.code;
  }
}

export class LiveDoor {
  token = null;

  // Safe Exam Browser tells a page's script what its modern web view cannot add to requests.
  headers() {
    const key = window.SafeExamBrowser?.security?.configKey;
    return { ...(this.token ? { authorization: `Bearer ${this.token}` } : {}), ...(key ? { "x-svops-config-key": key } : {}) };
  }

  async send(method, path, content) {
    const answer = await fetch(PREFIX + path, {
      method,
      headers: { ...this.headers(), ...(content === undefined ? {} : { "content-type": "application/json" }) },
      body: content === undefined ? undefined : JSON.stringify(content),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const isProblem = answer.headers.get("content-type")?.startsWith("application/problem+json");
    if (!answer.ok && isProblem) throw new Refused(await answer.json(), answer.status);
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }
}

// EventSource sends no token, so the stream is read by hand; silence for too long is a dead line.
export async function* events(door, ending) {
  let alarm = setTimeout(() => ending.abort(), 3 * PATIENCE_MS);
  const answer = await fetch(`${PREFIX}/stream`, { headers: door.headers(), signal: ending.signal });
  if (!answer.ok) throw new Error(String(answer.status));
  let text = "";
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    clearTimeout(alarm);
    alarm = setTimeout(() => ending.abort(), 3 * PATIENCE_MS);
    text += part.value;
    for (let cut = text.indexOf("\n\n"); cut >= 0; cut = text.indexOf("\n\n")) {
      const [kind, facts] = text.slice(0, cut).split("\n");
      text = text.slice(cut + 2);
      if (kind === "event: time") door.send("POST", "/here", {}).catch(() => {}); // the hall sees who is on the line
      yield { kind: kind.replace("event: ", ""), facts: JSON.parse(facts.replace("data: ", "")) };
    }
  }
}
