// Everything here makes a page quicker; no page needs it. Nothing is ever written into the page as HTML, so the
// strictest policy holds: require-trusted-types-for 'script', trusted-types 'none', no inline script or style.
import { bound } from "./bound";
import { drafts } from "./drafts";
import { errorSummary, lengths, onceOnly, submitByKey, unsaved } from "./forms";
import { folds, narrow, toasts } from "./layers";
import { liveLists, rows } from "./lists";
import { passkeys, work } from "./passkeys";
import { keyHelp, sequences } from "./keys";
import { idleLock, noWayBack, quickExit, revealed } from "./safety";

document.documentElement.classList.add("js");
// Ready before anything else can fail; what was typed is sent along once there is something that sends it.
let flush = (): Promise<void> => Promise.resolve();
quickExit(() => void flush());
noWayBack();
revealed();
folds();
narrow();
toasts();
errorSummary();
lengths();
bound();
flush = drafts();
onceOnly();
submitByKey();
unsaved();
keyHelp();
sequences();
rows();
liveLists();
idleLock(() => flush());
passkeys();
work();
