import { one } from "./dom";

// The session belongs to this browser: WebCrypto keeps a key that nobody can read out, and signs with it every
// minute and a half that this page is looked at. A copied cookie comes without the key, and soon without a proof.

type Outcome = "yes" | "no" | "over";

const refresh = 80_000;
const late = 100_000;

/** The browser's own small store; it holds one key. */
function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("session", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("keys");
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = () => reject(new Error("no store"));
  });
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new Error("no key"));
  });
}

/** The key of this browser, made when it is first asked for: one for all sessions, so that none is ever without. */
async function key(store: IDBDatabase): Promise<CryptoKeyPair> {
  const found = await done(store.transaction("keys").objectStore("keys").get(1) as IDBRequest<CryptoKeyPair | undefined>);
  if (found) return found;
  const fresh = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  const writing = store.transaction("keys", "readwrite");
  writing.objectStore("keys").put(fresh, 1);
  // Kept for good before it is bound: whoever leaves the page in between still holds the key of the session.
  await new Promise<void>((resolve, reject) => {
    writing.oncomplete = () => resolve();
    writing.onabort = () => reject(new Error("no key"));
  });
  return fresh;
}

const hex = (bytes: ArrayBuffer): string =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

async function send(pair: CryptoKeyPair): Promise<Outcome> {
  const page = document.body.dataset;
  for (let turn = 0; turn < 2; turn++) {
    const challenge = page["challenge"] ?? "";
    const words = new TextEncoder().encode(`pristan session proof v1\n${challenge}`);
    const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, words);
    const answer = await fetch("/session/proof", {
      method: "POST",
      credentials: "same-origin",
      redirect: "error",
      keepalive: true,
      body: new URLSearchParams({
        _csrf: page["csrf"] ?? "",
        challenge,
        signature: hex(signature),
        key: hex(await crypto.subtle.exportKey("raw", pair.publicKey)),
      }),
    });
    if (answer.ok) return "yes";
    if (answer.status !== 409) return "no";
    // The challenge of this page is old by now.
    page["challenge"] = await answer.text();
  }
  return "over";
}

async function prove(): Promise<boolean> {
  const store = await opened();
  try {
    return (await send(await key(store))) === "yes";
  } finally {
    store.close();
  }
}

/** One page of this browser at a time. */
const alone = (): Promise<boolean> => navigator.locks.request("session", prove);

/** Binds the session to this browser, proves it again while the page is looked at, and before a late form. */
export function bound(): void {
  const page = document.body;
  if (!page.dataset["challenge"] || !("locks" in navigator) || !("indexedDB" in window) || !crypto.subtle) return;
  if (page.hasAttribute("data-prove")) return void goOn();
  let last = page.hasAttribute("data-bound") ? Date.now() - Number(page.dataset["proven"]) * 1000 : 0;
  let under: Promise<void> | null = null;
  const again = (): Promise<void> => {
    under ??= alone()
      .then((proven) => {
        if (!proven) return;
        last = Date.now();
        page.setAttribute("data-bound", "");
      })
      // Without the server or the store the page goes on; the next request is asked for a proof.
      .catch(() => undefined)
      .finally(() => {
        under = null;
      });
    return under;
  };
  const look = (): void => {
    if (document.visibilityState === "visible" && Date.now() - last >= refresh) void again();
  };
  look();
  window.setInterval(look, 5000);
  document.addEventListener("visibilitychange", look);
  let ready: EventTarget | null = null;
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (!(form instanceof HTMLFormElement) || form === ready || Date.now() - last < late || !page.hasAttribute("data-bound")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      void again().then(() => {
        ready = form;
        form.requestSubmit(event.submitter instanceof HTMLElement ? event.submitter : null);
        ready = null;
      });
    },
    true,
  );
}

/** The page that asks for the proof: gives it and goes on, but not in a circle where cookies are refused. */
async function goOn(): Promise<void> {
  const mark = "proven";
  const before = (sessionStorage.getItem(mark) ?? "").split(" ").map(Number).filter((at) => Date.now() - at < 10_000);
  const proven = before.length < 3 && (await alone().catch(() => false));
  if (proven) {
    sessionStorage.setItem(mark, [...before, Date.now()].join(" "));
    location.replace(document.body.dataset["prove"] || location.href);
    return;
  }
  const wait = one("[data-prove-wait]");
  const failed = one("[data-prove-failed]");
  if (wait) wait.hidden = true;
  if (failed) failed.hidden = false;
}
