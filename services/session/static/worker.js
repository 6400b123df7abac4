// The page's own files, for a reload while the server is away. What a candidate sees or answers is never kept here.
const CACHE = "svops-sit";
const PATIENCE_MS = 2000; // a server that takes a request and says nothing is as good as away
const isOurs = ({ origin, pathname }) =>
  origin === location.origin && (pathname === "/session/sit" || /^\/(session\/)?static\//.test(pathname));

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && isOurs(new URL(request.url))) event.respondWith(freshOrKept(request));
});

const later = (ms) => new Promise((_, reject) => setTimeout(reject, ms));

async function freshOrKept(request) {
  const cache = await caches.open(CACHE);
  const { pathname } = new URL(request.url);
  const isKept = Boolean(await cache.match(pathname));
  let answer = Response.error();
  try {
    answer = await (isKept ? Promise.race([fetch(request), later(PATIENCE_MS)]) : fetch(request));
    if (answer.ok) await cache.put(pathname, answer.clone());
  } catch {
    // no answer at all: the network, or the server
  }
  const isAway = answer.type === "error" || answer.status >= 500;
  return (isAway && (await cache.match(pathname))) || answer;
}
