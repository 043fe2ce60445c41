// The second script: where questions are looked for, and documents that come and go.
function openDocuments() {
  show("documents");
  find("#panel").scrollTop = 0;
  find("#panel").scrollIntoView({ block: "start" });
  const first = find("#panel .close");
  if (first) first.focus({ preventScroll: true });
}

function closeDocuments() {
  show("sources");
  (find(".to-documents") ?? find("#question textarea")).focus();
}

// The choice of documents is the tab's; the boxes and the line above the question show it.
function lookIn(choice) {
  save({ where: choice });
  showWhere();
}

function boxes() {
  return [...document.querySelectorAll("#library .choose")];
}

function showWhere() {
  const line = find("#where .where");
  if (!line) return;
  const known = new Set(boxes().map((box) => box.dataset.document));
  if (tab.where && boxes().length && !tab.where.documents.some((name) => known.has(name))) {
    save({ where: null }); // what was chosen is gone
  }
  const where = tab.where;
  for (const box of boxes()) {
    box.checked = !where || where.documents.includes(box.dataset.document);
  }
  for (const only of document.querySelectorAll("#library .only")) {
    const chosen = where?.section === only.dataset.section && where.documents[0] === only.dataset.document;
    only.setAttribute("aria-pressed", chosen ? "true" : "false");
  }
  line.replaceChildren();
  if (!where) return;
  const says = document.createElement("bdi");
  const titles = where.titles ?? where.documents;
  const named = titles.length > 2 ? `${titles.length} documents` : titles.join(", ");
  says.textContent = where.section ? `${where.section} (${titles[0]})` : named;
  const all = document.createElement("button");
  all.type = "button";
  all.className = "everywhere";
  all.textContent = "Look everywhere";
  const only = document.createElement("span");
  only.append("Looking only in ", says);
  line.append(only, all);
}

function chosen() {
  const on = boxes().filter((box) => box.checked);
  if (!on.length || on.length === boxes().length) return null;
  return {
    documents: on.map((box) => box.dataset.document),
    titles: on.map((box) => box.dataset.title),
    section: null,
  };
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
    if (!some.length) break;
    for (const each of some) {
      if (!each.name.startsWith(".")) files.push(...(await filesOf(each, `${path}${entry.name}/`)));
    }
  }
  return files;
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
  request.addEventListener("load", () => {
    let reply = {};
    try {
      reply = JSON.parse(request.responseText);
    } catch {
      // whatever answered was not this page's server
    }
    if (request.status === 200 && reply.batch) {
      sending("");
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

function over(event) {
  return event.dataTransfer?.types.includes("Files") && find("#library .drop-zone");
}

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
  if (event.target.matches("#library .choose")) lookIn(chosen());
  if (event.target.matches("#library .picker input")) {
    send([...event.target.files].map((file) => [file.webkitRelativePath || file.name, file]));
    event.target.value = "";
  }
});

document.addEventListener("input", (event) => {
  if (!event.target.matches("#library .find")) return;
  const wanted = event.target.value.toLowerCase();
  for (const item of document.querySelectorAll("#library .document")) {
    item.hidden = !item.dataset.name.includes(wanted);
  }
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const data = button.dataset;
  if (button.matches(".to-documents")) openDocuments();
  else if (button.matches(".close")) closeDocuments();
  else if (button.matches(".pick")) button.parentElement.querySelector("input").click();
  else if (button.matches(".everywhere")) {
    lookIn(null);
    find("#question textarea").focus();
  } else if (button.matches(".only")) {
    lookIn({ documents: [data.document], titles: [data.title], section: data.section });
    find("#question textarea").focus();
  } else if (button.matches(".remove")) trigger("delete", { document: data.document });
  else if (button.matches(".undo")) trigger("undo", {});
  else if (button.matches(".rebuild")) {
    trigger("retry", {});
    if (!button.closest("#log")) show("documents");
    say("Indexing");
  }
});

onChange("#library", (part) => {
  showWhere();
  redrawn(part);
});
onChange("#notice", (part) => {
  const notice = part.querySelector(".notice:not([data-busy])");
  if (notice) say(notice.textContent);
  const undo = part.querySelector(".undo"); // what was removed has taken the focus with it
  if (undo && [document.body, find("#question textarea")].includes(document.activeElement)) undo.focus();
});
