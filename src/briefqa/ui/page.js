// Runs once in the page, on the part that shows an opened source. Here: choosing, going back, keys.
let opener = null;

function choose(turn, hit) {
  const active = document.activeElement;
  if (!element.contains(active)) opener = active;
  trigger("select", { turn: turn, hit: hit });
}

function show() {
  const passage = element.querySelector("mark");
  const back = element.querySelector(".back");
  if (back) back.focus({ preventScroll: true });
  if (passage) {
    const tall = passage.getBoundingClientRect().height > window.innerHeight / 2;
    passage.scrollIntoView({ block: tall ? "start" : "center" });
  } else if (back) {
    back.scrollIntoView({ block: "nearest" });
  }
}

function goBack() {
  props.value = "";
  const target = opener && opener.isConnected ? opener : document.querySelector("#question textarea");
  opener = null;
  // The list is hidden until the emptied view is drawn; by then the reader may be typing elsewhere.
  setTimeout(() => {
    const active = document.activeElement;
    if (target && (active === document.body || element.contains(active))) target.focus();
  }, 0);
}

watch("value", show);

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.hit) choose(Number(button.dataset.turn), Number(button.dataset.hit));
  else if (button.dataset.example) trigger("example", { place: Number(button.dataset.example) });
  else if (button.classList.contains("back")) goBack();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && element.querySelector(".back")) return goBack();
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (!/^[1-9]$/.test(event.key)) return;
  const list = document.querySelector("#sources [data-turn]");
  if (list && list.querySelector(`[data-hit="${event.key}"]`)) {
    choose(Number(list.dataset.turn), Number(event.key));
  }
});
