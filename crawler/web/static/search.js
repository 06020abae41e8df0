// Search a site of static files: terms lead to reports, as crawler/web/static_site/search_index.py writes them.
"use strict";
const form = document.getElementById("search"), list = document.getElementById("results");
const PAGE = 20, AROUND = 40;
const words = name => form.dataset[name];
const say = text => { document.getElementById("status").textContent = text; };

// The Chinese pages are at the top of the site, those of another language in a folder.
const depth = document.documentElement.lang === "zh-CN" ? "" : "../";

// What the scripts of the index hand over, by name and part. A script can be loaded from a disk; a page there can fetch nothing.
const loaded = new Map();
globalThis.fazhi = Object.fromEntries(
  ["index", "terms", "reports"].map(name => [name, (part, value) => loaded.set(name + part, value)]));
const loads = new Map();
function load(name, part, file) {
  if (!loads.has(file)) loads.set(file, new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = depth + "search/" + file;
    script.onload = () => done(loaded.get(name + part));
    script.onerror = () => failed(new Error(file));
    document.head.append(script);
  }));
  return loads.get(file);
}
const HAN = "[々〇㐀-䶿一-鿿豈-﫿\\ue000-\\uf8ff\\u{20000}-\\u{3ffff}ぁ-ゖァ-ヺㄅ-ㄯ가-힣]";
const PIECE = new RegExp(`${HAN}+|(?:(?!${HAN})[\\p{L}\\p{N}])+`, "gu"), IS_CHINESE = new RegExp(`^${HAN}`, "u");
const folded = text => text.replace(/[\uff01-\uff5e]/g, each => String.fromCharCode(each.charCodeAt(0) - 0xfee0)).toLowerCase();

// The terms of a word: pairs of Chinese characters; a single one is the beginning of a term.
function terms(word) {
  const found = [];
  for (const [piece] of word.matchAll(PIECE)) {
    const letters = [...piece];
    if (!IS_CHINESE.test(piece)) found.push([piece, false]);
    else if (letters.length === 1) found.push([piece, true]);
    else for (let at = 0; at + 1 < letters.length; at++) found.push([letters[at] + letters[at + 1], false]);
  }
  return found;
}
function numbers(coded) {
  let last = 0;
  return coded.split(" ").map(each => last += parseInt(each, 36));
}
async function having([term, isPrefix], shards) {
  const shard = (term.codePointAt(0) % 256).toString(16).padStart(2, "0");
  if (!shards.has(shard)) return new Set();
  const postings = await load("terms", shard, `terms/${shard}.js`);
  if (!isPrefix) return new Set(Object.hasOwn(postings, term) ? numbers(postings[term]) : []);
  return new Set(Object.keys(postings).filter(each => each.startsWith(term)).flatMap(each => numbers(postings[each])));
}
async function candidates(asked, index) {
  const shards = new Set(index.shards.match(/../g));
  let found = null;
  for (const term of asked.flatMap(terms)) {
    const some = await having(term, shards);
    found = found ? found.intersection?.(some) ?? new Set([...found].filter(each => some.has(each))) : some;
  }
  return [...found ?? []];
}

function marked(text, asked) {
  const parts = [], low = folded(text);
  for (let at = 0; at < text.length;) {
    const next = asked.map(word => [low.indexOf(word, at), word.length]).filter(([place]) => place >= 0)
      .sort((a, b) => a[0] - b[0] || b[1] - a[1])[0] ?? [text.length, 0];
    parts.push(text.slice(at, next[0]));
    if (next[1]) parts.push(Object.assign(document.createElement("mark"), { textContent: text.slice(next[0], next[0] + next[1]) }));
    at = next[0] + next[1];
  }
  return parts;
}
function element(name, attributes, ...inside) {
  const made = Object.assign(document.createElement(name), attributes);
  made.append(...inside);
  return made;
}
async function shown([id, title, division, year, day], asked) {
  const page = `r/${id}.html`;
  const item = element("li", {}, element("h2", { lang: "zh-CN" }, element("a", { href: page }, ...marked(title, asked))),
    element("p", { className: "note" }, element("span", { lang: "zh-CN" }, division), ` ${year ?? ""} · ${day}`));
  let text;
  try { // from a disk nothing can be fetched: then there is no snippet
    const answer = await fetch(`${depth}r/${id}.txt`);
    if (!answer.ok) return item;
    text = await answer.text();
  } catch { return item; }
  const low = folded(text);
  if (!asked.every(word => low.includes(word))) return null; // its pairs are there, the word is not
  const at = low.lastIndexOf(asked[0]);
  const from = Math.max(low.lastIndexOf("\n", at) + 1, at - AROUND);
  const end = low.indexOf("\n", at);
  const snippet = text.slice(from, Math.min(end < 0 ? text.length : end, at + asked[0].length + AROUND));
  const place = `${page}#:~:text=${encodeURIComponent(text.slice(at, at + asked[0].length)).replaceAll("-", "%2D")}`;
  item.append(element("p", { lang: "zh-CN" }, element("a", { className: "snippet", href: place }, "…", ...marked(snippet, asked), "…")));
  return item;
}

async function search(query) {
  const asked = folded(query).replaceAll(/["“”]/g, " ").split(/\s+/).filter(word => terms(word).length);
  if (!asked.length) return;
  const index = await load("index", "", "index.js");
  const found = await candidates(asked, index);
  const rows = await Promise.all(found.map(async number => {
    const part = Math.floor(number / index.in_a_file);
    return (await load("reports", String(part), `reports/${part}.js`))[number % index.in_a_file];
  }));
  const inTitle = row => asked.every(word => folded(row[1]).includes(word));
  rows.sort((a, b) => inTitle(b) - inTitle(a) || (b[3] ?? 0) - (a[3] ?? 0) || (a[0] < b[0] ? -1 : 1));
  say(rows.length ? `${words("found")}${rows.length}` : words("none"));
  const more = document.getElementById("more");
  let next = 0;
  async function page() {
    for (let added = 0; added < PAGE && next < rows.length; next++) {
      const item = await shown(rows[next], asked);
      if (item) { list.append(item); added++; }
    }
    more.hidden = next >= rows.length;
    if (!list.children.length) say(words("none"));
  }
  more.firstElementChild.onclick = page;
  await page();
}

const query = new URLSearchParams(location.search).get("q") ?? "";
for (const field of document.querySelectorAll("input[name=q]")) field.value = query;
search(query).catch(() => say(words("failed")));
