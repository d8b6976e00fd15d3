import { all, clockTime, icon, one, text } from "./dom";

// Where a form has data-draft, what is written goes to the server 1.5 s after the last stroke. Nothing is kept
// in the browser: the machine may be shared, or taken.
const pause = 1500;
const retryEvery = 15_000;

class Draft {
  private timer: number | undefined;
  private inFlight = false;
  private again = false;
  waiting = false;
  closed = false;

  constructor(private readonly form: HTMLFormElement, private readonly key: string) {
    form.addEventListener("input", () => this.touch());
    form.addEventListener("change", () => this.touch());
    form.addEventListener("submit", () => this.stop());
  }

  /** The form itself is on its way: a draft that arrives after it would bring the old words back. */
  private stop(): void {
    this.closed = true;
    this.waiting = false;
    window.clearTimeout(this.timer);
    counted();
  }

  open(): void {
    this.closed = false;
  }

  private touch(): void {
    if (this.closed) return;
    window.clearTimeout(this.timer);
    this.waiting = true;
    this.timer = window.setTimeout(() => void this.send(), pause);
  }

  private body(): URLSearchParams {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(this.form)) {
      if (typeof value !== "string" || name === "key") continue;
      const control = this.form.elements.namedItem(name);
      if (control instanceof HTMLInputElement && control.type === "password") continue;
      body.append(name, value);
    }
    body.set("key", this.key);
    return body;
  }

  async send(): Promise<void> {
    if (!this.waiting || this.closed) return;
    if (this.inFlight) {
      this.again = true;
      return;
    }
    window.clearTimeout(this.timer);
    this.inFlight = true;
    this.waiting = false;
    try {
      const answer = await fetch("/drafts", {
        method: "POST",
        body: this.body(),
        credentials: "same-origin",
        redirect: "error",
        keepalive: true,
      });
      if (!answer.ok) throw new Error("not kept");
      this.show(text("draft", { time: clockTime(new Date()) }), true);
    } catch {
      this.waiting = true;
      this.show(text("draft-off"), false);
    } finally {
      this.inFlight = false;
      counted();
      if (this.again) {
        this.again = false;
        this.waiting = true;
        void this.send();
      }
    }
  }

  private show(words: string, kept: boolean): void {
    const status = one("[data-draft-status]", this.form) ?? one("[data-draft-status]");
    if (!status || !words) return;
    status.classList.toggle("draft--off", !kept);
    status.replaceChildren(icon(kept ? "check" : "wifi-off"), document.createTextNode(words));
  }
}

let known: Draft[] = [];

/** Says in the footer whether everything is with the server, and how many entries are not. */
function counted(): void {
  const off = one("[data-net-off]");
  const on = one("[data-net]");
  if (!off || !on) return;
  const waiting = known.filter((draft) => draft.waiting).length;
  const offline = !navigator.onLine;
  off.hidden = !offline && waiting === 0;
  on.hidden = !off.hidden;
  const words = one("span", off);
  if (words) {
    words.textContent = [offline ? text("offline") : "", waiting > 0 ? text("waiting", { n: String(waiting) }) : ""]
      .filter(Boolean)
      .join(" ");
  }
}

export function drafts(): () => Promise<void> {
  known = all<HTMLFormElement>("form[data-draft]").flatMap((form) => {
    const key = form.dataset["draft"];
    return key ? [new Draft(form, key)] : [];
  });
  const flush = async (): Promise<void> => {
    await Promise.all(known.map((draft) => draft.send()));
  };
  window.addEventListener("online", () => {
    counted();
    void flush();
  });
  window.addEventListener("offline", counted);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") void flush();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) known.forEach((draft) => draft.open());
  });
  window.setInterval(() => void flush(), retryEvery);
  if (!navigator.onLine) counted();
  return flush;
}
