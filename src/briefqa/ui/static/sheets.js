// The pages of a source as they look in print: beside its text, in turn with it.
const sheetOf = () => element.querySelector(".sheet");
let shownAs = "text"; // what was chosen last holds for the next source too

function showSourceAs(way) {
  const sheet = sheetOf();
  if (!sheet) return;
  const isPage = way === "page";
  sheet.hidden = !isPage;
  element.querySelector("article").hidden = isPage;
  for (const button of element.querySelectorAll("[data-as]")) {
    button.setAttribute("aria-pressed", String(button.dataset.as === way));
  }
  if (isPage && !sheet.querySelector("img")) turnTo(sheet, Number(sheet.dataset.page));
}

function turnTo(sheet, page) {
  const { document: name, title, pages, labels } = sheet.dataset;
  const label = JSON.parse(labels)[page - 1];
  const named = label && label !== String(page) ? `Page ${label} (page ${page} of the file)` : `Page ${page}`;
  sheet.dataset.page = page;
  sheet.querySelector(".page-name").textContent = `${named} of ${pages}`;
  for (const button of sheet.querySelectorAll("[data-by]")) {
    const to = page + Number(button.dataset.by);
    button.disabled = to < 1 || to > Number(pages);
  }
  const paper = sheet.querySelector(".paper");
  paper.querySelector(".problem")?.remove();
  const picture = new Image();
  picture.alt = `${named} of ${title}`;
  picture.addEventListener("load", () => paper.classList.remove("waiting"));
  picture.addEventListener("error", () => tellWhy(paper, picture));
  paper.classList.add("waiting");
  const width = Math.ceil((paper.clientWidth || 800) * Math.min(window.devicePixelRatio || 1, 2));
  const asked = new URLSearchParams({ document: name, page: page, width: width });
  picture.src = `page-picture?${asked}`;
  paper.querySelector("img")?.remove();
  paper.prepend(picture);
  for (const box of paper.querySelectorAll(".box")) box.hidden = Number(box.dataset.on) !== page;
}

// The server says in a sentence why there is no picture.
async function tellWhy(paper, picture) {
  const answer = await fetch(picture.src).catch(() => null);
  const problem = document.createElement("p");
  problem.className = "problem";
  problem.textContent = (answer && (await answer.text())) || "The page cannot be reached.";
  picture.remove();
  for (const box of paper.querySelectorAll(".box")) box.hidden = true;
  paper.classList.remove("waiting");
  paper.append(problem);
}

watch("value", () => showSourceAs(shownAs));

document.addEventListener("click", (event) => {
  const { as, by } = event.target.closest("button")?.dataset ?? {};
  if (as) showSourceAs((shownAs = as));
  const sheet = sheetOf();
  if (by && sheet) turnTo(sheet, Number(sheet.dataset.page) + Number(by));
});
