"use strict";
// Checks this file against the hashes in it: needs nothing, asks nobody, changes only the line that
// says what came of it. `crypto.subtle` is not there in every browser for a file that was opened.
function sha256(text) {
  const bytes = new TextEncoder().encode(text);
  const words = new Uint32Array(((bytes.length + 72) >> 6) * 16);
  bytes.forEach((byte, at) => (words[at >> 2] |= byte << (24 - 8 * (at & 3))));
  words[bytes.length >> 2] |= 0x80 << (24 - 8 * (bytes.length & 3));
  words[words.length - 2] = Math.floor(bytes.length / 0x20000000);
  words[words.length - 1] = bytes.length << 3;
  const turned = (word, by) => (word >>> by) | (word << (32 - by));
  const state = Uint32Array.from(firstBits(8, 1 / 2));
  const constants = firstBits(64, 1 / 3);
  const schedule = new Uint32Array(64);
  for (let block = 0; block < words.length; block += 16) {
    for (let at = 0; at < 64; at++) {
      if (at < 16) {
        schedule[at] = words[block + at];
        continue;
      }
      const early = schedule[at - 15];
      const late = schedule[at - 2];
      schedule[at] =
        schedule[at - 16] + (turned(early, 7) ^ turned(early, 18) ^ (early >>> 3)) +
        schedule[at - 7] + (turned(late, 17) ^ turned(late, 19) ^ (late >>> 10));
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let at = 0; at < 64; at++) {
      const one = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) +
        constants[at] + schedule[at]) | 0;
      const two = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) +
        ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [a, b, c, d, e, f, g, h] = [(one + two) | 0, a, b, c, (d + one) | 0, e, f, g];
    }
    [a, b, c, d, e, f, g, h].forEach((value, at) => (state[at] += value));
  }
  return Array.from(state, (word) => word.toString(16).padStart(8, "0")).join("");
}

// The first 32 bits of the fractions of a root of the first primes, as the standard defines them.
function firstBits(count, power) {
  const found = [];
  for (let number = 2; found.length < count; number++) {
    let prime = true;
    for (let by = 2; by * by <= number; by++) prime = prime && number % by !== 0;
    if (prime) found.push(((number ** power % 1) * 0x100000000) >>> 0);
  }
  return found;
}

function problems() {
  const data = document.getElementById("receipt");
  if (sha256(data.textContent) !== data.dataset.sha256) return ["the receipt in it"];
  const count = JSON.parse(data.textContent).evidence.length;
  const quoted = [...document.querySelectorAll("mark[data-sha256]")];
  const words = (one) => one.querySelector("b")?.textContent ?? "";
  const altered = quoted.filter(
    (one) => sha256(one.textContent + "\n" + words(one)) !== one.dataset.sha256,
  );
  const found = altered.map((one) => "quotation " + one.dataset.number);
  altered.forEach((one) => one.classList.add("altered"));
  if (quoted.length !== count) found.push(quoted.length + " of " + count + " quotations are there");
  const shown = document.querySelector("main");
  if (!found.length && sha256(shown.textContent) !== shown.dataset.sha256) found.push("its text");
  return found;
}

function verdict() {
  let found;
  try {
    found = problems();
  } catch (error) {
    found = ["it is damaged"];
  }
  const line = document.getElementById("check");
  line.textContent = found.length
    ? "ALTERED since it was saved: " + found.join(", ") + "."
    : "Checked just now: every quotation, and all that is shown, is as it was saved.";
  line.className = found.length ? "altered" : "whole";
}

verdict();
