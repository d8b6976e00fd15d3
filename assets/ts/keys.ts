import { all, one, singleKeys, typing } from "./dom";

/** "/" goes to the search, "?" shows the keys. Both are silent while someone types, and can be turned off. */
export function keyHelp(): void {
  const help = document.getElementById("keys");
  const show = (): void => {
    if (help instanceof HTMLDialogElement && !help.open) help.showModal();
  };
  for (const link of all("[data-keys-help]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      show();
    });
  }
  document.addEventListener("keydown", (event) => {
    if (!singleKeys() || typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") {
      // The search of the page itself comes before the one in the header.
      const field = one<HTMLInputElement>("main [data-find]") ?? one<HTMLInputElement>("[data-find]");
      if (!field) return;
      field.focus();
      field.select();
    } else if (event.key === "?") {
      show();
    } else return;
    event.preventDefault();
  });
}

// Cyrillic letters that look like Latin ones count as the same key, whichever layout is on.
const twins: Record<string, string> = {
  А: "A", В: "B", Е: "E", К: "K", М: "M", Н: "H", О: "O", Р: "P", С: "C", Т: "T", У: "Y", Х: "X",
};
const plain = (key: string): string =>
  Array.from(key.toUpperCase(), (letter) => twins[letter] ?? letter).join("");

const longest = 700;

/**
 * Single keys of a page that says data-keys: each part names its own, one or two signs long. A question takes
 * its number first and then the letter of the answer, so that a stray key answers nothing.
 */
export function sequences(): void {
  const place = one("[data-keys]");
  if (!place) return;
  let typed = "";
  let timer: number | undefined;
  let question: HTMLElement | null = null;

  const use = (part: HTMLElement): void => {
    typed = "";
    if (part instanceof HTMLFieldSetElement) {
      question = part;
      one(":checked, input", part)?.focus();
    } else part.click();
  };

  document.addEventListener("keydown", (event) => {
    if (!singleKeys() || typing(event.target) || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.key === "Escape") {
      typed = "";
      question = null;
      return;
    }
    if (event.key.length !== 1) return;
    const sign = plain(event.key);
    if (question && typed === "") {
      const answer = all<HTMLInputElement>("[data-answer]", question).find((o) => plain(o.dataset["answer"] ?? "") === sign);
      if (answer) {
        event.preventDefault();
        answer.click();
        question = null;
        return;
      }
    }
    window.clearTimeout(timer);
    typed += sign;
    const parts = all("[data-key]", place).map((part) => ({ part, key: plain(part.dataset["key"] ?? "") }));
    const begun = parts.filter(({ key }) => key.startsWith(typed));
    const exact = begun.find(({ key }) => key === typed);
    if (begun.length === 0) typed = "";
    else if (exact && begun.length === 1) {
      event.preventDefault();
      use(exact.part);
    } else {
      event.preventDefault();
      timer = window.setTimeout(() => {
        if (exact) use(exact.part);
        typed = "";
      }, longest);
    }
  });
}
