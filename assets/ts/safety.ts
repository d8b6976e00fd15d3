import { all, one, text } from "./dom";
import { say } from "./layers";

/**
 * Leaves at once: the page is emptied first, then replaced, so that "back" does not bring it here again. Where a
 * session stands the exit is a form that ends it; that is sent along and nothing waits for an answer.
 */
export function quickExit(before: () => void): void {
  const exit = one("[data-exit]");
  const away = exit?.dataset["exit"];
  if (!exit || !away) return;
  const leave = (): void => {
    const said = exit instanceof HTMLFormElement ? new URLSearchParams([...new FormData(exit)].map(([n, v]) => [n, String(v)])) : null;
    document.title = "\u200B";
    document.body.replaceChildren();
    document.body.className = "";
    try {
      before();
      if (said && exit instanceof HTMLFormElement) navigator.sendBeacon(exit.action, said);
    } finally {
      location.replace(away);
    }
  };
  // The press and not the form's sending, which others hold up to prove the session first.
  exit.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  let presses: number[] = [];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") {
      presses = [];
      return;
    }
    presses = [...presses.filter((at) => event.timeStamp - at < 3000), event.timeStamp];
    if (presses.length >= 3) leave();
  });
}

/** A shown name is masked again after its time, and never comes back from the history of the browser. */
export function revealed(): void {
  const hide = (part: HTMLElement): void => {
    part.textContent = part.dataset["mask"] ?? "";
    part.classList.remove("mask--open");
    part.removeAttribute("data-reveal");
    const note = one("[data-reveal-note]");
    if (note) note.textContent = text("hidden");
  };
  for (const part of all("[data-reveal]")) {
    const seconds = Math.min(Number(part.dataset["reveal"]) || 120, 120);
    window.setTimeout(() => hide(part), seconds * 1000);
  }
  window.addEventListener("pagehide", () => all("[data-reveal]").forEach(hide));
}

const warning = 60;

/** Nothing stays on the screen while the lock is asked for: a request may take long, or never come back. */
function leave(form: HTMLFormElement): void {
  form.hidden = true;
  document.title = "\u200B";
  document.body.replaceChildren(form);
  form.requestSubmit();
}

/** A page that comes back out of the browser's memory shows nothing and asks anew. */
export function noWayBack(): void {
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted || !document.body.dataset["csrf"]) return;
    document.body.replaceChildren();
    location.reload();
  });
}

/** A minute before the screen locks it says so; then it locks, with drafts sent first. */
export function idleLock(flush: () => Promise<void>): void {
  const after = Number(document.body.dataset["lockAfter"] ?? 0);
  const form = one<HTMLFormElement>("form[data-lock]");
  if (!form || !(after > warning)) return;
  let last = Date.now();
  let take: (() => void) | null = null;
  const stirred = (): void => {
    last = Date.now();
    take?.();
    take = null;
  };
  for (const kind of ["keydown", "pointerdown", "scroll", "input"]) {
    document.addEventListener(kind, stirred, { passive: true, capture: true });
  }
  const look = (): void => {
    // A machine that slept counts as idle all that time: the wall clock is compared, not a timer.
    const left = after - (Date.now() - last) / 1000;
    if (left <= 0) void flush().finally(() => leave(form));
    else if (left <= warning && !take) take = say(text("lock"), text("stay"), stirred);
  };
  window.setInterval(look, 5000);
  document.addEventListener("visibilitychange", look);
}
