// The rescue file: what could not be sent, as a JWE (RFC 7516) that only the service opens: ECDH-ES over P-256, A256GCM.
const CURVE = { name: "ECDH", namedCurve: "P-256" };
const TAG_BYTES = 16;

const utf8 = (text) => new TextEncoder().encode(text);
const word = (number) => new Uint8Array([number >>> 24, number >>> 16, number >>> 8, number]);
const joined = async (...parts) => new Uint8Array(await new Blob(parts).arrayBuffer());
const base64url = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))
  .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

// Only an address with HTTPS (and this very computer) is given WebCrypto.
export const canSeal = () => Boolean(globalThis.crypto?.subtle);

async function contentKey(shared) {
  const enc = utf8("A256GCM");
  const agreed = await joined(word(1), shared, word(enc.length), enc, word(0), word(0), word(256)); // RFC 7518 §4.6.2
  return crypto.subtle.importKey("raw", await crypto.subtle.digest("SHA-256", agreed), "AES-GCM", false, ["encrypt"]);
}

export async function sealed(content, jwk) {
  const theirs = await crypto.subtle.importKey("jwk", jwk, CURVE, false, []);
  const ours = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", ours.publicKey);
  const header = base64url(utf8(JSON.stringify({ alg: "ECDH-ES", enc: "A256GCM", epk: { kty, crv, x, y } })));
  const key = await contentKey(await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, ours.privateKey, 256));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const hidden = new Uint8Array(
    await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: utf8(header) }, key, utf8(JSON.stringify(content))),
  );
  return [header, "", base64url(iv), base64url(hidden.subarray(0, -TAG_BYTES)), base64url(hidden.subarray(-TAG_BYTES))].join(".");
}

export function download(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/jose" }));
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}
