// Runs once in the page, on the part that shows an opened source; every event of the page starts
// here. The first of three scripts in one scope: conversation, sources, keys, and what the tab saves.
const find = (selector) => document.querySelector(selector);
const made = (name, properties) => Object.assign(document.createElement(name), properties);

// What a tab saves until it is closed: its turns, by the ids of their answers and by what was asked,
// where it looks, the question that has no answer yet, and the quotes that are kept. A page that is
// loaded again has all of it, and so has one whose server was restarted.
const tab = { turns: [], where: null, draft: "", kept: [] };
try {
  const { turns, where, draft, kept } = JSON.parse(sessionStorage.getItem("briefqa"));
  if (Array.isArray(turns)) tab.turns = turns;
  if (typeof where?.documents === "string") tab.where = where;
  if (typeof draft === "string") tab.draft = draft;
  if (Array.isArray(kept)) tab.kept = kept.filter((one) => typeof one === "string");
} catch {
  // nothing was saved
}
window.briefqa = { tab: tab };
function save(changes) {
  Object.assign(tab, changes);
  try {
    sessionStorage.setItem("briefqa", JSON.stringify(tab));
  } catch {
    // a browser that saves nothing: the page works until it is loaded again
  }
}

// Parts of the page are drawn anew as a whole. What had the focus gets it again, and what was
// unfolded is unfolded again; the place in the page is kept unless there is something new.
let focused = null;
const unfolded = new Set();
document.addEventListener("focusin", (event) => {
  focused = event.target.dataset.key ?? null;
});
document.addEventListener("toggle", (event) => {
  const fold = event.target.dataset?.fold;
  if (fold && event.target.isConnected) unfolded[event.target.open ? "add" : "delete"](fold);
  if (event.target.id === "kept" && event.newState === "open") trigger("focus", {});
}, true);

function redrawn(part) {
  for (const fold of part.querySelectorAll("[data-fold]")) {
    if (unfolded.has(fold.dataset.fold)) fold.open = true;
  }
  pressStars(part);
  if (focused && document.activeElement === document.body) focusKeyed(focused);
}

function focusKeyed(key) {
  find(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
  // what is gone or folded away cannot have it
  if (document.activeElement === document.body) find("#question textarea").focus({ preventScroll: true });
}

// Asks through the box, as if it had been typed there: one question after the other.
function ask(question) {
  const box = find("#question textarea");
  box.value = question;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  setTimeout(() => find("#question .submit-button").click());
}

// The question of a link is asked by itself, once, where there is nothing else; not by loading again.
let brought = new URL(window.location.href).searchParams.get("q")?.trim();
const [{ type: cameBy }] = performance.getEntriesByType("navigation");
if (tab.turns.length || tab.draft || cameBy !== "navigate") brought = "";

let shown = 0;
let waited = false;
let known = 0; // turns, by what was drawn last
let catchingUp = false;
function conversationChanged(log) {
  const drawn = log.querySelector("[data-turns]");
  const turns = drawn ? JSON.parse(drawn.dataset.turns) : [];
  if (drawn && turns.length < known && !catchingUp) {
    // Drawn by an event that began before a later one had ended: draw it with what came since.
    catchingUp = true;
    trigger("apply", {});
    return;
  }
  catchingUp = false;
  known = turns.length;
  const now = log.querySelectorAll(".turn").length;
  const newest = log.querySelector(".turn:last-child");
  const waiting = Boolean(newest?.querySelector(".waiting"));
  if (drawn || shown) {
    const typed = find("#question textarea").value;
    save({ turns: turns, draft: typed || (waiting ? newest.querySelector(".question").textContent : "") });
    const url = new URL(window.location.href);
    if (turns.length) url.searchParams.set("q", turns[turns.length - 1].question);
    else url.searchParams.delete("q");
    if (!waiting) window.history.replaceState(window.history.state, "", url);
  }
  tellAtButtons(false);
  redrawn(log); // before the place of the newest is known: what unfolds moves it
  if (newest && (now !== shown || waited !== waiting)) {
    newest.scrollIntoView({ block: "start" });
    show("sources");
    const said = newest.querySelector(".verdict, .note, .remark, blockquote, .problem p");
    if (said) say(said.textContent);
  }
  shown = now;
  waited = waiting;
  if (brought && log.querySelector(".invitation")) {
    ask(brought);
    brought = "";
  }
}

// One sentence for those who listen to the page.
const say = (text) => (find(".spoken").textContent = text.trim().slice(0, 400));

const show = (view) => (find("#panel").dataset.view = view);

// Until there is something to show the sources of; a phone has no room beside the conversation.
const showFirst = () => show(window.matchMedia("(max-width: 820px)").matches ? "sources" : "documents");

// A star is pressed where all of its quotes are kept.
function pressStars(part) {
  const kept = new Set(tab.kept);
  for (const star of part.querySelectorAll(".keep")) {
    const isKept = JSON.parse(star.dataset.quotes).every((one) => kept.has(one));
    star.setAttribute("aria-pressed", `${isKept}`);
    const says = isKept ? "Kept" : "Keep";
    if (star.textContent !== says) star.textContent = says; // a change of the page has it drawn again
  }
}

function keep(star) {
  const own = JSON.parse(star.dataset.quotes);
  const isKept = star.getAttribute("aria-pressed") === "true";
  const others = tab.kept.filter((one) => !own.includes(one));
  if (!isKept && others.length + own.length > 500) return say("No more than 500 quotes can be kept.");
  save({ kept: isKept ? others : [...others, ...own] });
  pressStars(document);
  say(isKept ? "No longer kept" : "Kept");
}

// A source or a document that was chosen takes the focus and is brought into view. A source that
// comes with an answer does neither: it is scrolled to its mark within the panel, if that scrolls.
let isChosen = false;
function choose(turn, hit) {
  isChosen = true;
  // What is open already is drawn anew only if it has changed.
  const open = element.querySelector(".opened:not(.reading) .back");
  if (open?.dataset.back === `cite-${turn}-${hit}`) sourceOpened();
  trigger("select", { turn: turn, hit: hit });
}

function sourceOpened() {
  const asked = isChosen;
  isChosen = false;
  const drawn = element.querySelector(".opened");
  const panel = find("#panel");
  if (!drawn) return;
  if (drawn.matches(".reading") && !opening) return (props.value = source); // gone back from before it came
  show("sources");
  const first = drawn.querySelector("mark");
  const mark = drawn.querySelector("mark.answer") ?? first;
  if (!asked) {
    const top = (mark ?? drawn).getBoundingClientRect().top - panel.getBoundingClientRect().top;
    panel.scrollTop += top - panel.clientHeight / 3;
    return;
  }
  const way = focused?.startsWith("way-")
    ? drawn.querySelector(`[data-key="${focused}"]:not(:disabled)`)
    : null;
  const back = drawn.querySelector(".back, .problem");
  const here = drawn.querySelector("article [data-here]") ?? drawn.querySelector("[data-here]");
  (way ?? (here?.matches("article") ? back : here) ?? back).focus({ preventScroll: true });
  if (here) return here.scrollIntoView({ block: "start" });
  if (!mark) return drawn.scrollIntoView({ block: "nearest" });
  const height = mark.getBoundingClientRect().bottom - first.getBoundingClientRect().top;
  const tall = height > window.innerHeight / 2;
  (tall ? mark : first).scrollIntoView({ block: tall ? "start" : "center" });
}

// Back from a source to its citation, wherever in the conversation that is folded away; from a
// document to what it was opened with, in the list.
function goBack() {
  const { back } = element.querySelector(".back").dataset;
  const key = back ?? opener;
  if (!back) putBack();
  const fold = find(`#log [data-key="${key}"]`)?.closest("details");
  if (fold) fold.open = true;
  document.activeElement.blur();
  focusKeyed(key);
  document.activeElement.scrollIntoView({ block: "nearest" });
}

// Closes the menu that something stands in, if it does, and goes back to what opens it.
function closeMenu(within) {
  const menu = within.closest("details[open]:is(.drop-down, .removal)");
  if (!menu) return null;
  menu.open = false;
  const opener = menu.querySelector("summary");
  opener.focus();
  return opener;
}

function copy(button, text) {
  const done = () => {
    button.dataset.name ??= button.textContent;
    button.textContent = "Copied";
    say("Copied");
    setTimeout(() => (button.textContent = button.dataset.name), 1500);
  };
  const byHand = () => {
    const box = made("textarea", { value: text });
    document.body.append(box);
    box.select();
    document.execCommand("copy"); // where the page is not served from this machine
    box.remove();
    button.focus();
    done();
  };
  if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, byHand);
  else byHand();
}

watch("value", () => {
  showWhere();
  redrawn(element);
  sourceOpened();
  showSourceAs(shownAs);
});

// The other parts are watched as they change on the page.
function onChange(selector, changed, also = {}) {
  const part = find(selector);
  new MutationObserver(() => changed(part)).observe(part, { childList: true, subtree: true, ...also });
  changed(part);
}
showFirst();
find("#log").setAttribute("role", "log");
find("#log").setAttribute("aria-live", "off"); // the status says what is new, once
find("#log").setAttribute("aria-label", "Conversation");
onChange("#log", conversationChanged);
find("#kept").popover = "auto";
onChange("#kept", (part) => {
  redrawn(part);
  if (part.matches(":popover-open") && !part.contains(document.activeElement)) part.querySelector("button")?.focus();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const data = button.dataset;
  if (button.popoverTargetElement) closeMenu(button);
  else if (button.matches(".keep")) keep(button);
  else if (button.matches(".example")) {
    find(".popup:popover-open")?.hidePopover();
    ask(button.textContent);
  } else if (data.tool) {
    closeMenu(button);
    trigger("option_select", { tool: data.tool, turn: Number(data.turn ?? 0), stop: Number(data.stop ?? 0) });
  } else if (data.hit) choose(Number(data.turn), Number(data.hit));
  else if (data.alone) trigger("edit", { turn: Number(data.alone) });
  else if (data.rate) trigger("like", { turn: Number(data.turn), rate: data.rate });
  else if (data.copy) copy(closeMenu(button) ?? button, data.copy);
  else if (data.form) {
    trigger("copy", { form: data.form });
    closeMenu(button);
  } else if (button.matches(".back")) goBack();
  else if (button.matches(".anew")) {
    save({ draft: "" });
    showFirst();
    trigger("clear", {});
    find("#question textarea").focus();
  }
});

document.addEventListener("input", (event) => {
  if (event.target.matches("#question textarea")) save({ draft: event.target.value });
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || find(":popover-open")) return;
  if (event.key === "Escape") {
    if (closeMenu(event.target)) return;
    // Out of the question, where a digit is a digit: the keys 1 to 9 open sources from here.
    const newest = find("#log .turn:last-child");
    if (newest && event.target.closest("#question")) {
      newest.tabIndex = -1;
      return newest.focus({ preventScroll: true });
    }
    if (find(".tool") && !event.target.closest("#panel")) return find(".tool [data-tool]").click();
    if (find("#panel").dataset.view === "documents") return closeDocuments();
    if (element.querySelector(".back")) return goBack();
  }
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (event.key === "?") find("#keys")?.showPopover();
  if (!/^[1-9]$/.test(event.key)) return;
  const turn = Number(element.querySelector(".opened")?.dataset.turn ?? known);
  if (find(`#log [data-turn="${turn}"][data-hit="${event.key}"]`)) choose(turn, Number(event.key));
});
