// The second script: where is it looked, and which documents come and go?
function openDocuments() {
  props.value = "";
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
function look(choice) {
  keep({ where: choice });
  showWhere();
}

function boxes() {
  return [...document.querySelectorAll("#shelf .choose")];
}

function showWhere() {
  const line = find("#where .where");
  if (!line) return;
  const known = new Set(boxes().map((box) => box.dataset.document));
  if (kept.where && boxes().length && !kept.where.documents.some((name) => known.has(name))) {
    keep({ where: null }); // what was chosen is gone
  }
  const where = kept.where;
  for (const box of boxes()) {
    box.checked = !where || where.documents.includes(box.dataset.document);
  }
  for (const only of document.querySelectorAll("#shelf .only")) {
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
  const found = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) break;
    for (const each of some) {
      if (!each.name.startsWith(".")) found.push(...(await filesOf(each, `${path}${entry.name}/`)));
    }
  }
  return found;
}

function sending(text) {
  const line = find("#shelf .sending");
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
  return event.dataTransfer?.types.includes("Files") && find("#shelf .drop-zone");
}

document.addEventListener("dragover", (event) => {
  if (!over(event)) return;
  event.preventDefault();
  show("documents");
  find("#shelf .drop-zone").classList.add("over");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) find("#shelf .drop-zone")?.classList.remove("over");
});
document.addEventListener("drop", async (event) => {
  if (!over(event)) return;
  event.preventDefault();
  find("#shelf .drop-zone").classList.remove("over");
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  try {
    const found = entries.length
      ? (await Promise.all(entries.map((entry) => filesOf(entry)))).flat()
      : [...event.dataTransfer.files].map((file) => [file.name, file]);
    send(found);
  } catch {
    sending("These files cannot be read; choose them with the buttons.");
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("#shelf .choose")) look(chosen());
  if (event.target.matches("#shelf .picker input")) {
    send([...event.target.files].map((file) => [file.webkitRelativePath || file.name, file]));
    event.target.value = "";
  }
});

document.addEventListener("input", (event) => {
  if (!event.target.matches("#shelf .find")) return;
  const wanted = event.target.value.toLowerCase();
  for (const item of document.querySelectorAll("#shelf .document")) {
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
    look(null);
    find("#question textarea").focus();
  } else if (button.matches(".only")) {
    look({ documents: [data.document], titles: [data.title], section: data.section });
    find("#question textarea").focus();
  } else if (button.matches(".remove")) trigger("delete", { document: data.document });
  else if (button.matches(".undo")) trigger("undo", {});
  else if (button.matches(".mend")) {
    trigger("retry", {});
    if (!button.closest("#log")) show("documents");
    say("Indexing");
  }
});

onChange("#shelf", (part) => {
  showWhere();
  redrawn(part);
});
onChange("#news", (part) => {
  const news = part.querySelector(".news:not([data-busy])");
  if (news) say(news.textContent);
  const undo = part.querySelector(".undo"); // what was removed has taken the focus with it
  if (undo && [document.body, find("#question textarea")].includes(document.activeElement)) undo.focus();
});
