// The second script: where questions are looked for, and documents that come and go.
let conversationAt = 0; // on a phone, where the list takes its place
function openDocuments() {
  conversationAt = window.scrollY;
  show("documents");
  find("#panel").scrollTop = 0;
  find("#panel").scrollIntoView({ block: "start" });
  find("#panel .close")?.focus({ preventScroll: true });
}

function closeDocuments() {
  show("sources");
  window.scrollTo(0, conversationAt);
  (find(".to-documents") ?? find("#question textarea")).focus({ preventScroll: true });
}

// What is ticked is the tab's: null where all is, else `+` and the keys of the documents that are, or
// `-` and the keys of those that are not. The boxes and the line above the question show it.
let rows = []; // as they were drawn, by title
function ticked() {
  if (!tab.where) return () => true;
  const keys = new Set(tab.where.documents.slice(1).match(/.{6}/g));
  const named = tab.where.documents[0] === "+";
  return (row) => keys.has(row.dataset.id) === named;
}

const titleOf = (row) => row.querySelector(".title").textContent;
const keys = (some) => some.map((row) => row.dataset.id).join("");
function lookIn(chosen, section = null) {
  let where = null;
  if (section || chosen.length < rows.length) {
    const some = new Set(chosen);
    const few = 2 * chosen.length <= rows.length;
    const named = chosen.length > 2 ? `${chosen.length} documents` : chosen.map(titleOf).join(", ");
    where = {
      documents: few ? `+${keys(chosen)}` : `-${keys(rows.filter((row) => !some.has(row)))}`,
      section: section,
      says: section ? `${section} (${named})` : named || "no document",
    };
  }
  save({ where: where });
  showWhere();
}

function tick(some, on) {
  const isTicked = ticked();
  const changed = new Set(some);
  lookIn(rows.filter((row) => (changed.has(row) ? on : isTicked(row))));
}

function showWhere() {
  const line = find("#where .where");
  if (!line) return;
  if (tab.where?.documents.length > 1 && rows.length && !rows.some(ticked())) {
    save({ where: null }); // what was chosen is gone
  }
  const { where } = tab;
  const isTicked = ticked();
  for (const row of rows) row.querySelector(".choose").checked = isTicked(row);
  for (const only of document.querySelectorAll("#opened .only")) {
    const chosen = where?.documents === `+${only.dataset.id}` && where.section === (only.dataset.section ?? null);
    only.setAttribute("aria-pressed", chosen ? "true" : "false");
  }
  showCount();
  line.hidden = !where;
  const turning = /[\u202a-\u202e\u2066-\u2069]/g; // what turns the letters round
  line.querySelector("bdi").textContent = where?.says.replace(turning, "") ?? "";
}

function showCount() {
  const count = find("#library .count");
  const listed = rows.filter((row) => !row.hidden).length;
  const some = listed < rows.length ? `, ${listed} listed` : "";
  if (count) count.textContent = `${rows.filter(ticked()).length} of ${rows.length} ticked${some}`;
}

// Finding some of many: what is written and chosen for it stays when the list is drawn anew.
const wanted = {};
function narrow() {
  const value = (name, none = "") => find(`#library .${name}`)?.value ?? none;
  for (const name of ["find", "folder", "sort", "from", "to"]) wanted[name] = value(name, null);
  const words = value("find").toLowerCase().split(/\s+/);
  const [folder, from, to] = [value("folder", "*"), value("from"), value("to")];
  for (const row of rows) {
    const { document: name, day = "" } = row.dataset;
    row.words ??= `${titleOf(row)}\n${name}`.toLowerCase();
    const there = folder === "*" || name.slice(0, Math.max(name.lastIndexOf("/"), 0)) === folder;
    const then = (!from || day >= from) && (!to || (day && day <= to));
    row.hidden = !(there && then && words.every((word) => row.words.includes(word)));
  }
  showCount();
}

function sort() {
  const order = find("#library .sort")?.value ?? "title";
  const sign = order === "oldest" ? 1 : -1;
  const days = (row) => row.dataset.day ?? "";
  const later = (a, b) => (days(a) && days(b) ? sign * days(a).localeCompare(days(b)) : days(a) ? -1 : days(b) ? 1 : 0);
  find("#library .documents")?.append(...(order === "title" ? rows : [...rows].sort(later)));
}

// A document is opened in place of the source that was open, which is there again behind the list.
let source = "";
let opener = null;
let opening = ""; // what was asked for last, until it is gone back from
function putBack() {
  opening = "";
  props.value = source; // which is not watched: only what comes from the server is
  show("documents");
}

// A document is read from a heading, a part or its beginning on.
function read(button) {
  const { document: name, turn, hit } = (button.closest("[data-document]") ?? element.querySelector("article")).dataset;
  const { at = 0, end = 0, section = "", key } = button.dataset;
  const there = button.matches(".to-section") && element.querySelector(`article [data-start="${at}"]`);
  if (there) {
    there.scrollIntoView({ block: "start" });
    there.focus({ preventScroll: true });
    return;
  }
  isChosen = true;
  if (!element.querySelector(".reading")) source = props.value;
  if (!button.closest("#opened")) opener = button.dataset.key;
  const wanted = { document: name, at: Number(at), section, turn: Number(turn ?? 0), hit: Number(hit ?? 0), end: Number(end), key };
  if (element.querySelector(".reading") && opening === JSON.stringify(wanted)) sourceOpened(); // as in `choose`
  opening = JSON.stringify(wanted);
  trigger("expand", wanted);
}

// Files and folders, dropped or picked, go to the server in one form.
async function filesOf(entry, path = "") {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [[path + file.name, file]];
  }
  const reader = entry.createReader();
  const files = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return files;
    for (const each of some) {
      if (!each.name.startsWith(".")) files.push(...(await filesOf(each, `${path}${entry.name}/`)));
    }
  }
}

function sending(text) {
  const line = find("#library .sending");
  if (line) line.textContent = text;
}

function send(files) {
  if (!files.length) return;
  const form = new FormData();
  for (const [name, file] of files) form.append("files", file, name);
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) sending(`Sending ${Math.round((100 * event.loaded) / event.total)} %`);
  });
  request.responseType = "json";
  request.addEventListener("load", () => {
    const reply = request.response ?? {}; // whatever answered may not be this page's server
    if (request.status === 200 && reply.batch) {
      sending("The files have arrived …");
      trigger("upload", { batch: reply.batch });
    } else {
      sending(reply.error ?? "The files did not arrive; drop them again.");
    }
  });
  request.addEventListener("error", () => sending("The server cannot be reached; drop them again when it is."));
  request.open("POST", new URL("library/upload", document.baseURI));
  request.send(form);
  sending("Sending …");
}

const over = (event) => event.dataTransfer?.types.includes("Files") && find("#library .drop-zone");

document.addEventListener("dragover", (event) => {
  if (!over(event)) return;
  event.preventDefault();
  show("documents");
  find("#library .drop-zone").classList.add("over");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) find("#library .drop-zone")?.classList.remove("over");
});
document.addEventListener("drop", async (event) => {
  if (!over(event)) return;
  event.preventDefault();
  find("#library .drop-zone").classList.remove("over");
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  try {
    const files = entries.length
      ? (await Promise.all(entries.map((entry) => filesOf(entry)))).flat()
      : [...event.dataTransfer.files].map((file) => [file.name, file]);
    send(files);
  } catch {
    sending("These files cannot be read; choose them with the buttons.");
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("#library .choose")) tick([event.target.closest(".document")], event.target.checked);
  if (event.target.matches("#library .picker input")) {
    send([...event.target.files].map((file) => [file.webkitRelativePath || file.name, file]));
    event.target.value = "";
  }
});

document.addEventListener("input", (event) => {
  if (!event.target.matches("#library :is(.find, .folder, .sort, .from, .to)")) return;
  narrow();
  if (event.target.matches(".sort")) sort();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const data = button.dataset;
  if (button.matches(".to-documents, .to-all")) openDocuments();
  else if (button.matches(".close")) closeDocuments();
  else if (button.matches(".pick")) button.parentElement.querySelector("input").click();
  else if (button.matches(".everywhere")) {
    lookIn(rows);
    find("#question textarea").focus();
  } else if (button.matches(".only")) {
    const id = data.id ?? button.closest(".document").dataset.id;
    lookIn(rows.filter((row) => row.dataset.id === id), data.section);
    find("#question textarea").focus();
  } else if (data.tick) {
    const listed = rows.filter((row) => !row.hidden);
    if (data.tick === "only") lookIn(listed);
    else tick(listed, data.tick === "all");
  } else if (button.matches(".read, .to-section, .to-part")) read(button);
  else if (button.matches(".remove")) {
    putBack();
    trigger("delete", { document: data.document });
  } else if (button.matches(".undo")) trigger("undo", {});
  else if (button.matches(".rebuild") && !find(".told [data-busy]")) {
    button.nextElementSibling.innerHTML = "<p data-busy>Starting …</p>";
    trigger("retry", {});
    say("Building the index");
  }
});

// How far a build is that was asked for at a button, and what came of it, stand at that button too.
function tellAtButtons(anew) {
  const told = find(`#notice [data-rebuild]${anew ? "" : ":has([data-busy], .problem)"}`);
  for (const place of document.querySelectorAll(".told")) {
    if (anew || !place.hasChildNodes()) place.replaceChildren(...(told?.cloneNode(true).children ?? []));
  }
}

onChange("#library", (part) => {
  const drawn = [...part.querySelectorAll(".document")];
  const known = new Set(rows);
  if (drawn.length && drawn.length === rows.length && drawn.every((row) => known.has(row))) return; // only sorted
  rows = drawn;
  tab.listed = find("#library .library")?.dataset.stamp ?? "";
  for (const [name, value] of Object.entries(wanted)) {
    if (value !== null && find(`#library .${name}`)) find(`#library .${name}`).value = value;
  }
  showWhere();
  narrow();
  sort();
  redrawn(part);
});
let noticed = "";
onChange("#notice", (part) => {
  const notice = part.querySelector(".notice");
  if (noticed === (noticed = part.querySelector("[data-rebuild], .notice")?.outerHTML)) return; // gradio's own changes
  sending("");
  tellAtButtons(true);
  if (notice?.matches(":not([data-busy])")) say(notice.textContent);
  const undo = part.querySelector(".undo"); // what was removed has taken the focus with it
  if (undo && [document.body, find("#question textarea")].includes(document.activeElement)) undo.focus();
}, { characterData: true, attributes: true });
