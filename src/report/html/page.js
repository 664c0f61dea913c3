'use strict';
(() => {
  const byId = (id) => document.getElementById(id);

  // How words came in, for those who can't point at them.
  const card = byId('card');
  const close = () => { card.hidden = true; };
  document.addEventListener('click', (event) => {
    const run = event.target.closest('.c .r[title]');
    if (!run) {
      if (!card.contains(event.target) || event.target.closest('a')) close();
      return;
    }
    const words = document.createElement('p');
    words.textContent = run.title;
    card.replaceChildren(words);
    for (const [name, label] of [['message', 'The question'], ['change', 'The change']]) {
      const to = run.dataset[name];
      if (to && byId(to)) {
        const link = document.createElement('a');
        link.href = '#' + to;
        link.textContent = label;
        card.append(link);
      }
    }
    card.hidden = false;
  });
  document.addEventListener('keydown', (event) => { if (event.key === 'Escape') close(); });

  const held = byId('replay-data');
  if (!held) return;
  const { steps, looks } = JSON.parse(held.textContent);
  const last = steps.length;
  const range = byId('at');
  const play = byId('play');
  const when = byId('when');
  const texts = [...document.querySelectorAll('[data-doc]')].map((section) => {
    const still = section.querySelector('.lines');
    const live = document.createElement('ol');
    live.className = 'lines live';
    live.hidden = true;
    still.after(live);
    const legend = section.querySelector('.legend');
    const shares = document.createElement('ul');
    shares.className = 'legend live';
    shares.setAttribute('aria-label', 'Who wrote it by then');
    shares.hidden = true;
    still.before(shares);
    return { still, live, legend, shares, runs: [] };
  });
  const timed = [...document.querySelectorAll('[data-from]')];
  const until = [...document.querySelectorAll('[data-until]')];
  let applied = 0;
  let at = last;

  // The runs of a text with `gone` units from `start` on replaced. A run: look, words, step.
  const splice = (runs, start, gone, fresh) => {
    const out = [];
    let pos = 0;
    let put = false;
    const insert = () => { if (!put) { put = true; out.push(...fresh); } };
    for (const run of runs) {
      const end = pos + run[1].length;
      if (end <= start || (put && pos >= start + gone)) {
        out.push(run);
      } else {
        if (pos < start) out.push([run[0], run[1].slice(0, start - pos), run[2]]);
        insert();
        if (end > start + gone) {
          const from = Math.max(0, start + gone - pos);
          out.push([run[0], run[1].slice(from), run[2]]);
        }
      }
      pos = end;
    }
    insert();
    return out;
  };

  const advance = (to) => {
    if (to < applied) {
      applied = 0;
      for (const text of texts) text.runs = [];
    }
    for (; applied < to; applied += 1) {
      for (const [index, splices] of steps[applied].texts) {
        const text = texts[index];
        if (!text) continue;
        // From the end, so that the places of those before stay right.
        for (const [start, gone, runs] of [...splices].reverse()) {
          const fresh = runs.map(([name, words]) => [name, words, applied + 1]);
          text.runs = splice(text.runs, start, gone, fresh);
        }
      }
    }
  };

  const length = (words) => {
    let count = 0;
    for (const _ of words) count += 1;
    return count;
  };

  // Who wrote how much of a text as it stands in the replay.
  const share = (text) => {
    const counts = new Map();
    let whole = 0;
    for (const [look, words] of text.runs) {
      const count = length(words);
      whole += count;
      counts.set(look, (counts.get(look) || 0) + count);
    }
    const rows = [...counts].filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1]);
    text.shares.replaceChildren(...rows.map(([look, count]) => {
      const [name, sign, who, kind] = looks[look];
      const row = document.createElement('li');
      const label = document.createElement('span');
      label.className = 'r ' + name;
      label.textContent = sign + ' ' + who;
      const percent = Math.floor((100 * count + Math.floor(whole / 2)) / whole);
      row.append(label, ' ' + (percent === 0 ? 'under 1 %' : percent + ' %') + kind);
      return row;
    }));
  };

  // The sign of who wrote most of a line; of equals of the first.
  const mark = (gap, counts) => {
    let best;
    for (const one of counts) {
      const [inked, all] = one[1];
      if (!best || inked > best[1][0] || (inked === best[1][0] && all > best[1][1])) best = one;
    }
    if (!best || best[1][0] === 0) return;
    const [name, sign, who] = looks[best[0]];
    gap.className = 'g ' + name;
    gap.setAttribute('role', 'img');
    gap.setAttribute('aria-label', who);
    gap.textContent = sign;
  };

  const most = 400000;
  const draw = (text) => {
    const lines = document.createDocumentFragment();
    let line;
    let cell;
    let gap;
    let counts;
    let number = 0;
    let size = 0;
    const next = () => {
      number += 1;
      line = document.createElement('li');
      const count = document.createElement('span');
      count.className = 'n';
      count.setAttribute('aria-hidden', 'true');
      count.textContent = String(number);
      gap = document.createElement('span');
      gap.className = 'g';
      counts = new Map();
      cell = document.createElement('span');
      cell.className = 'c';
      line.append(count, gap, cell);
    };
    next();
    for (const [look, words, step] of text.runs) {
      size += words.length;
      if (size > most) break;
      words.split('\n').forEach((part, index) => {
        if (index > 0) {
          mark(gap, counts);
          lines.append(line);
          next();
        }
        const shown = part.replaceAll('\r', '');
        if (shown === '') return;
        const run = document.createElement('span');
        run.className = 'r ' + looks[look][0] + (step === at ? ' fresh' : '');
        run.textContent = shown;
        cell.append(run);
        const known = counts.get(look) || [0, 0];
        const inked = length(shown.replace(/\s/gu, ''));
        counts.set(look, [known[0] + inked, known[1] + length(shown)]);
      });
    }
    mark(gap, counts);
    if (cell.childNodes.length > 0) lines.append(line);
    text.live.replaceChildren(lines);
  };

  const show = (to) => {
    at = Math.min(last, Math.max(0, to));
    range.value = String(at);
    const whole = at === last;
    if (!whole) advance(at);
    for (const text of texts) {
      text.still.hidden = !whole;
      text.live.hidden = whole;
      text.shares.hidden = whole;
      if (text.legend) text.legend.hidden = !whole;
      if (!whole) {
        draw(text);
        share(text);
      }
    }
    for (const one of timed) {
      const from = Number(one.dataset.from);
      one.classList.toggle('later', from > at);
      one.classList.toggle('now', from === at && !whole);
    }
    for (const one of until) one.hidden = at >= Number(one.dataset.until);
    const step = steps[at - 1];
    const words = step ? step.at + ' · ' + step.what : 'before it began';
    when.textContent = at + ' of ' + last + ' · ' + words;
    range.setAttribute('aria-valuetext', when.textContent);
  };

  let timer = 0;
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    play.textContent = '▶ Play';
    play.setAttribute('aria-pressed', 'false');
  };
  play.addEventListener('click', () => {
    if (timer) return stop();
    if (at >= last) show(0);
    play.textContent = '❚❚ Pause';
    play.setAttribute('aria-pressed', 'true');
    timer = setInterval(() => {
      show(at + 1);
      if (at >= last) return stop();
      const fresh = document.querySelector('.fresh, .now');
      if (fresh) fresh.scrollIntoView({ block: 'nearest' });
    }, Math.min(900, Math.max(80, 30000 / last)));
  });
  range.addEventListener('input', () => { stop(); show(Number(range.value)); });
  // A place in the page that a replay hides is shown as it is in the end.
  const go = () => {
    const hash = location.hash;
    const part = /^#at=(\d{1,3})$/.exec(hash);
    if (part) return show(Math.round(last * Math.min(100, Number(part[1])) / 100));
    if (hash.length > 1 && at < last) {
      show(last);
      const place = byId(hash.slice(1));
      if (place) place.scrollIntoView();
    }
  };
  window.addEventListener('hashchange', () => { stop(); go(); });
  byId('replay').hidden = false;
  document.body.classList.add('replays');
  show(last);
  go();
})();
