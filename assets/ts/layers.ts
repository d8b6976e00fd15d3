import { all, one, text, icon } from "./dom";

/** Disclosures that behave like windows: focus goes in, Esc and a click outside close, one open at a time. */
export function folds(): void {
  const open = (): HTMLDetailsElement[] => all<HTMLDetailsElement>("details[data-fold][open]");
  const shut = (fold: HTMLDetailsElement, back: boolean): void => {
    fold.open = false;
    if (back) one("summary", fold)?.focus();
  };
  for (const button of all("[data-fold-close]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const fold = button.closest("details");
      if (fold) shut(fold, true);
    });
  }
  document.addEventListener(
    "toggle",
    (event) => {
      const fold = event.target;
      if (!(fold instanceof HTMLDetailsElement) || !fold.hasAttribute("data-fold") || !fold.open) return;
      for (const other of open()) if (other !== fold && !other.contains(fold) && !fold.contains(other)) other.open = false;
      one("select, input:not([type=hidden]), textarea", fold)?.focus();
    },
    true,
  );
  document.addEventListener("click", (event) => {
    for (const fold of open()) if (event.target instanceof Node && !fold.contains(event.target)) shut(fold, false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const fold of open()) shut(fold, fold.contains(document.activeElement));
  });
}

/** Long filters start folded where they would push the list out of sight. */
export function narrow(): void {
  if (!matchMedia("(max-width: 767px)").matches) return;
  for (const fold of all<HTMLDetailsElement>("details[data-narrow]")) fold.open = false;
}

const toastFor = 6000;

/** Goes after six seconds, but not while someone is on it. */
export function toasts(): void {
  for (const toast of all("[data-toast]")) {
    let timer: number | undefined;
    const later = (): void => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => toast.remove(), toastFor);
    };
    const stay = (): void => window.clearTimeout(timer);
    toast.addEventListener("focusin", stay);
    toast.addEventListener("mouseenter", stay);
    toast.addEventListener("focusout", later);
    toast.addEventListener("mouseleave", later);
    const close = document.createElement("button");
    close.type = "button";
    close.className = "linklike toast__close";
    close.setAttribute("aria-label", text("close"));
    close.append(icon("close"));
    close.addEventListener("click", () => toast.remove());
    if (toast.parentElement?.hasAttribute("data-toasts")) {
      toast.append(close);
      later();
    }
  }
}

/** A short message from the script itself, with one button. Returns what takes it away again. */
export function say(words: string, action: string, onAction: () => void): () => void {
  const place = one("[data-toasts]");
  if (!place) return () => undefined;
  const toast = document.createElement("div");
  toast.className = "toast";
  const sentence = document.createElement("span");
  sentence.textContent = words;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "linklike";
  button.textContent = action;
  button.addEventListener("click", () => {
    toast.remove();
    onAction();
  });
  toast.append(icon("clock"), sentence, button);
  place.append(toast);
  return () => toast.remove();
}
