import { all, one, singleKeys, typing } from "./dom";

/** J and K go through the rows, Enter opens, X chooses. */
export function rows(): void {
  const table = one("table[data-rows]");
  if (!table) return;
  let at = -1;
  const lines = (): HTMLTableRowElement[] => all<HTMLTableRowElement>("tbody tr", one("table[data-rows]") ?? document);
  const go = (to: number): void => {
    const list = lines();
    const next = list[Math.max(0, Math.min(to, list.length - 1))];
    if (!next) return;
    list.forEach((row) => row.classList.remove("is-current"));
    at = list.indexOf(next);
    next.classList.add("is-current");
    const link = one("a", next) ?? next;
    link.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (!singleKeys() || typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.code === "KeyJ") go(at + 1);
    else if (event.code === "KeyK") go(at < 0 ? 0 : at - 1);
    else if (event.code === "KeyX") one<HTMLInputElement>("input[type=checkbox]", lines()[at] ?? document.createElement("i"))?.click();
    else if (event.code === "KeyF") one("form.filters input, form.filters select")?.focus();
    else return;
    event.preventDefault();
  });
  const every = one<HTMLInputElement>("[data-choose-all]");
  every?.addEventListener("change", () => {
    for (const box of all<HTMLInputElement>("tbody .tick input", table)) box.checked = every.checked;
  });
}

// The answer is asked for as a document, which the browser reads without any HTML passing through our hands
// and without running scripts; so this needs no policy for Trusted Types.
function page(address: string): Promise<Document> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", address);
    request.responseType = "document";
    request.timeout = 20_000;
    request.onload = () =>
      request.status === 200 && request.responseXML ? resolve(request.responseXML) : reject(new Error("no page"));
    request.onerror = request.ontimeout = () => reject(new Error("no answer"));
    request.send();
  });
}

/** A filter form with data-live: the list follows each tick, and the address follows the list. */
export function liveLists(): void {
  for (const form of all<HTMLFormElement>("form[data-live]")) {
    const target = form.dataset["live"] ?? "";
    const button = one("[data-live-go]", form);
    if (button) button.hidden = true;
    let latest = 0;
    const refresh = async (): Promise<void> => {
      const mine = ++latest;
      const query = new URLSearchParams();
      for (const [name, value] of new FormData(form)) if (typeof value === "string" && value !== "") query.append(name, value);
      const address = `${form.action.split("?")[0]}${query.size > 0 ? `?${query}` : ""}`;
      const old = one(target);
      old?.setAttribute("aria-busy", "true");
      try {
        const fresh = one(target, await page(address));
        if (mine !== latest) return;
        if (!fresh || !old) throw new Error("another page");
        old.replaceWith(document.importNode(fresh, true));
        history.pushState(null, "", address);
      } catch {
        // The ordinary way always works, and shows the error the server has for us.
        if (mine === latest) form.submit();
      }
    };
    form.addEventListener("change", () => void refresh());
    window.addEventListener("popstate", () => location.reload());
  }
}
