import { all, one, text } from "./dom";

/** The summary takes the focus, and its links go to the field itself. */
export function errorSummary(): void {
  const summary = one("[data-errors]");
  if (!summary) return;
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    const field = link?.hash ? document.getElementById(decodeURIComponent(link.hash.slice(1))) : null;
    if (!field) return;
    event.preventDefault();
    field.closest("fieldset, .field")?.scrollIntoView({ block: "start" });
    field.focus({ preventScroll: true });
  });
}

/** A second click while the first is under way does nothing. Coming back to the page opens the form again. */
export function onceOnly(): void {
  const sent = new Set<HTMLElement>();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== "post") return;
    if (form.getAttribute("aria-busy") === "true") {
      event.preventDefault();
      return;
    }
    form.setAttribute("aria-busy", "true");
    sent.add(form);
    const button = event.submitter;
    if (button instanceof HTMLButtonElement) {
      // After this turn, so that the name and value of the button are still sent.
      window.setTimeout(() => {
        if (event.defaultPrevented) return;
        button.setAttribute("aria-busy", "true");
        sent.add(button);
        if (text("busy")) button.setAttribute("aria-label", text("busy"));
      });
    }
  });
  const open = (): void => {
    for (const part of sent) {
      part.removeAttribute("aria-busy");
      part.removeAttribute("aria-label");
    }
    sent.clear();
  };
  window.addEventListener("pageshow", open);
  // A download or an answer without a page leaves this page where it is.
  document.addEventListener("submit", (event) => {
    if (event.target instanceof HTMLFormElement && event.target.hasAttribute("data-stays")) window.setTimeout(open, 4000);
  });
  // A blocked button may be reached and read, but does nothing.
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest('[aria-disabled="true"]') : null;
    if (button) event.preventDefault();
  });
}

export function submitByKey(): void {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    const here = event.target instanceof Element ? event.target.closest("form") : null;
    const form = here?.method === "post" ? here : one<HTMLFormElement>("form[data-main]");
    if (!form) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

/**
 * Asks before leaving a form that says data-warn and was changed. Drafts need no such question, and a page that was
 * emptied, because somebody wants to be away or the screen locks, must not be held by one.
 */
export function unsaved(): void {
  const changed = new Set<HTMLFormElement>();
  for (const form of all<HTMLFormElement>("form[data-warn]:not([data-draft])")) {
    form.addEventListener("input", () => changed.add(form));
    form.addEventListener("submit", () => changed.clear());
  }
  window.addEventListener("beforeunload", (event) => {
    if ([...changed].some((form) => form.isConnected)) event.preventDefault();
  });
}

/** Letters left, only once they matter; nothing typed is ever cut off. */
export function lengths(): void {
  for (const note of all("[data-max-of]")) {
    const field = document.getElementById(note.dataset["maxOf"] ?? "");
    if (!(field instanceof HTMLTextAreaElement)) continue;
    const max = Number(field.dataset["max"]);
    const words = note.textContent ?? "";
    field.addEventListener("input", () => {
      const used = Array.from(field.value).length;
      note.textContent = used > max * 0.8 ? `${words} · ${used} / ${max}` : words;
      note.classList.toggle("red", used > max);
    });
  }
}
