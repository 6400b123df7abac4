// The page's own files, for a reload while the server is away. What a candidate sees or answers is never kept here.
const CACHE = "svops-sit";
const isOurs = ({ origin, pathname }) =>
  origin === location.origin && (pathname === "/session/sit" || /^\/(session\/)?static\//.test(pathname));

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && isOurs(new URL(request.url))) event.respondWith(freshOrKept(request));
});

async function freshOrKept(request) {
  const cache = await caches.open(CACHE);
  const { pathname } = new URL(request.url);
  let answer = Response.error();
  try {
    answer = await fetch(request);
    if (answer.ok) await cache.put(pathname, answer.clone());
  } catch {
    // no answer at all: the network, or the server
  }
  const isAway = answer.type === "error" || answer.status >= 500;
  return (isAway && (await cache.match(pathname))) || answer;
}
