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
  paper.classList.add("waiting");
  for (const box of paper.querySelectorAll(".box")) box.hidden = Number(box.dataset.on) !== page;
  const width = Math.ceil((paper.clientWidth || 800) * Math.min(window.devicePixelRatio || 1, 2));
  const asked = new URLSearchParams({ document: name, page: page, width: width });
  // Not by the address of the picture: the browser would keep it when the file has changed.
  fetch(`page-picture?${asked}`, { cache: "no-store" })
    .then(async (answer) => (answer.ok ? picture(await answer.blob(), named, title) : problem(await answer.text())))
    .catch(() => problem("The page cannot be reached."))
    .then((shown) => {
      if (Number(sheet.dataset.page) !== page) return; // turned again meanwhile
      for (const old of paper.querySelectorAll("img, .problem")) old.remove();
      paper.prepend(shown);
      paper.classList.toggle("waiting", shown.matches(".problem"));
      const box = paper.querySelector(".box.answer:not([hidden])") ?? paper.querySelector(".box:not([hidden])");
      box?.scrollIntoView({ block: "nearest" });
    });
}

async function picture(blob, named, title) {
  const shown = made("img", { alt: `${named} of ${title}`, src: URL.createObjectURL(blob) });
  await shown.decode();
  URL.revokeObjectURL(shown.src);
  return shown;
}

// The server says in a sentence why there is no picture.
const problem = (sentence) => made("p", { className: "problem", textContent: sentence });

document.addEventListener("click", (event) => {
  const { as, by } = event.target.closest("button")?.dataset ?? {};
  if (as) showSourceAs((shownAs = as));
  const sheet = sheetOf();
  if (by && sheet) turnTo(sheet, Number(sheet.dataset.page) + Number(by));
});
