(() => {
'use strict';
// Adds sorting, filters, copying, links by name and the explorer. Without it nothing is missing from the page.
const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
const one = (id) => document.getElementById(id);
const make = (name, text = '', props = {}) => Object.assign(document.createElement(name), {textContent: text}, props);

all('.tools, .theme, button.explore, button.copy').forEach((element) => { element.hidden = false; });
if (matchMedia('(max-width: 900px)').matches) one('contents').open = false;

// The hash: `#id`, or `#run=..&series=..&step=..&finding=..&filter=..&theme=..`.
const hash = () => location.hash.includes('=') ? new URLSearchParams(location.hash.slice(1)) : new URLSearchParams();
const setHash = (changes) => {
  const now = hash();
  for (const [key, value] of Object.entries(changes)) value ? now.set(key, value) : now.delete(key);
  const text = now.toString().replaceAll('%2F', '/');
  history.replaceState(null, '', text ? '#' + text : location.pathname + location.search);
};

// Theme
const theme = one('theme');
const isDark = () => (document.documentElement.dataset.theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
const setTheme = (name) => {
  if (name === 'dark' || name === 'light') document.documentElement.dataset.theme = name;
  theme.textContent = isDark() ? 'Light' : 'Dark';
  document.dispatchEvent(new Event('recolour'));
};
theme.onclick = () => { const name = isDark() ? 'light' : 'dark'; setTheme(name); setHash({theme: name}); };

// Sorting
all('table.runs').forEach((table) => {
  const body = table.tBodies[0];
  all('th[data-key]', table).forEach((head) => {
    const key = head.dataset.key;
    const button = make('button', head.textContent, {type: 'button'});
    head.replaceChildren(button);
    const valueOf = (row) => {
      const text = row.dataset[key];
      return text === '' ? null : key === 'name' || key === 'ended' || isNaN(text) ? text : Number(text);
    };
    button.onclick = () => {
      const sign = head.getAttribute('aria-sort') === 'ascending' ? -1 : 1;
      all('th', table).forEach((other) => other.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', sign > 0 ? 'ascending' : 'descending');
      const rows = [...body.rows].map((row) => [valueOf(row), row]);
      rows.sort(([a], [b]) => a === null ? (b === null ? 0 : 1) : b === null ? -1 : (a > b ? 1 : a < b ? -1 : 0) * sign);
      body.append(...rows.map(([, row]) => row));
    };
  });
});

// Filter
// A page without runs has neither.
const filter = one('filter') || document.createElement('input'), shown = one('shown') || document.createElement('p');
const rows = all('table.runs tbody tr'), folds = all('.run-curves');
const applyFilter = () => {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  const kept = new Set();
  rows.forEach((row) => {
    const text = (row.dataset.name + ' ' + row.textContent).toLowerCase();
    const keep = words.every((word) => text.includes(word));
    row.hidden = !keep;
    if (keep) kept.add(row.dataset.name);
  });
  folds.forEach((fold) => { fold.hidden = !kept.has(fold.dataset.name); });
  shown.textContent = `${kept.size} of ${rows.length} runs`;
};
filter.oninput = () => { applyFilter(); setHash({run: '', filter: filter.value}); };

// Copy
all('button.copy').forEach((button) => {
  button.onclick = () => {
    navigator.clipboard?.writeText(button.previousElementSibling.textContent);
    button.textContent = 'Copied';
  };
});

// Explorer: uPlot is in the page as text and becomes a script when it is first asked for.
let data = null;
const curvesOf = (number) => {
  data ??= JSON.parse(one('curves-data').textContent);
  const run = data.runs[number];
  if (run && !run.ready) {
    run.series.forEach((series) => { let step = 0; series.x = series.x.map((difference) => step += difference); });
    run.ready = true;
  }
  return run;
};
const loadPlotter = () => {
  if (typeof uPlot === 'undefined') document.head.append(make('script', one('plotter').textContent));
  return typeof uPlot === 'undefined' ? null : uPlot;
};
const between = ([xs, ys], x) => {
  let low = 0, high = xs.length - 1;
  if (x <= xs[0]) return ys[0];
  if (x >= xs[high]) return ys[high];
  while (high - low > 1) { const middle = (low + high) >> 1; if (xs[middle] <= x) low = middle; else high = middle; }
  return ys[low] + (ys[high] - ys[low]) * (x - xs[low]) / (xs[high] - xs[low]);
};
const smooth = (values, width) => {
  // The mean of the values around each, within one unbroken stretch: never across a value that is not there.
  if (!width) return values;
  const half = width >> 1;
  return values.map((value, at) => {
    if (value === null) return null;
    let sum = value, count = 1;
    for (let i = at - 1; i >= at - half && i >= 0 && values[i] !== null; i--) { sum += values[i]; count++; }
    for (let i = at + 1; i <= at + half && i < values.length && values[i] !== null; i++) { sum += values[i]; count++; }
    return sum / count;
  });
};
const say = (value) => {
  if (value === null || value === undefined) return '–';
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e7) return value.toLocaleString('en-US');
  return size >= 1e6 || size < 1e-3 ? value.toExponential(3).replace('e+', 'e') : String(Number(value.toPrecision(5)));
};
// Points of a series with a null where the line breaks: at values that are not finite and where logging paused.
const broken = (series) => {
  const stops = [...(series.b || []).map(([first]) => first), ...(series.g || []).map(([before]) => before + 0.5)].sort((a, b) => a - b);
  const xs = [], ys = [];
  let next = 0;
  series.x.forEach((x, at) => {
    while (next < stops.length && stops[next] < x) { xs.push(stops[next]); ys.push(null); next++; }
    xs.push(x); ys.push(series.y[at]);
  });
  stops.slice(next).forEach((stop) => { xs.push(stop); ys.push(null); });
  return [xs, ys];
};
const shade = (host, style) => { host.style.color = `var(--${style})`; const found = getComputedStyle(host).color; host.style.color = ''; return found; };

// A bar on the top edge where values are not finite, as in the drawing.
const mark = (plot, panel, place, red) => {
  const {ctx, bbox} = plot;
  ctx.save();
  ctx.fillStyle = red;
  panel.forEach((series) => (series.b || []).forEach(([first, last]) => {
    const left = Math.max(bbox.left, plot.valToPos(place(first), 'x', true) - 1), right = Math.min(bbox.left + bbox.width, plot.valToPos(place(last), 'x', true) + 1);
    if (right > left) ctx.fillRect(left, bbox.top, Math.max(right - left, 3), 4);
  }));
  ctx.restore();
};
const explore = (figure, options = {}) => {
  const host = figure.querySelector('.explorer'), drawing = figure.querySelector('svg.plot'), button = figure.querySelector('button.explore');
  const run = curvesOf(figure.dataset.run);
  const panels = JSON.parse(figure.dataset.series).map((names) => names.map((name) => run.series.find((s) => s.n === name)).filter(Boolean)).filter((panel) => panel.length);
  const Plotter = loadPlotter();
  if (!Plotter || !panels.length) { button.textContent = 'Explorer not available in this browser'; button.disabled = true; return; }
  const axis = panels[0][0].a, whole = panels.flat().every((series) => !series.of);
  const state = {x: 'logged', log: figure.dataset.log === '1', width: 0};
  const clock = {logged: null, epoch: axis === 'epoch' ? null : run.e, time: run.t};
  const plots = [];
  const readout = make('p', '', {className: 'readout'});
  readout.setAttribute('role', 'status');
  const place = (x) => state.x === 'logged' ? x : between(clock[state.x], x);

  const readAt = (x) => {
    const parts = panels.flat().map((series) => {
      let best = null;
      series.x.forEach((step, at) => { const d = Math.abs(place(step) - x); if (best === null || d < best[0]) best = [d, at]; });
      const lost = (series.b || []).find(([first, last]) => place(first) <= x && x <= place(last));
      return lost ? `${series.n} not finite` : best ? `${series.n} ${say(series.y[best[1]])}${state.x === 'logged' && best[0] ? ` at ${say(series.x[best[1]])}` : ''}` : '';
    });
    const unit = state.x === 'logged' ? axis : state.x;
    readout.textContent = `${unit} ${unit === 'time' ? (x / 60).toFixed(1) + ' min' : say(Number(x.toPrecision(6)))}: ${parts.join(', ')}`;
  };

  const draw = () => {
    plots.splice(0).forEach((plot) => plot.destroy());
    all('.drawn', host).forEach((element) => element.remove());
    const styles = ['train', 'val', 'third', 'fourth'];
    const sync = Plotter.sync(figure.dataset.run + Math.random());
    const limits = panels.flat().flatMap((series) => [place(series.x[0] ?? 0), place(series.x.at(-1) ?? 1)]);
    const extent = [Math.min(...limits), Math.max(...limits)];
    panels.forEach((panel, number) => {
      const box = make('div', '', {className: 'drawn'});
      box.append(make('p', panel.map((series) => series.n).join(', '), {className: 'panel-name'}));
      host.append(box);
      const tables = panel.map((series) => { const [xs, ys] = broken(series); return [xs.map(place), smooth(ys, state.width)]; });
      const joined = Plotter.join(tables, tables.map(() => [2]));
      const ink3 = shade(host, 'ink3'), line = shade(host, 'line');
      const isLog = state.log && panel.every((series) => series.y.every((value) => value > 0));
      const axisStyle = {stroke: ink3, grid: {stroke: line, width: 1}, ticks: {stroke: line, width: 1}, font: '11.5px system-ui, sans-serif'};
      const plot = new Plotter({
        width: figure.clientWidth, height: number === 0 ? 270 : 110,
        legend: {show: false},
        cursor: {sync: {key: sync.key, scales: ['x', null]}, drag: {x: true, y: false}, points: {size: 6}},
        scales: {x: {time: false, range: (u, low, high) => low === high ? [low - 1, high + 1] : [low, high]}, y: {distr: isLog ? 3 : 1}},
        axes: [{...axisStyle, size: 30, values: (u, ticks) => ticks.map((x) => state.x === 'time' ? (x / 60).toFixed(x > 600 ? 0 : 1) + ' min' : say(Number(x.toPrecision(8))))},
               {...axisStyle, size: 58, values: (u, ticks) => ticks.map((y) => y === null ? '' : say(Number(y.toPrecision(6))))}],
        series: [{}, ...panel.map((series, at) => {
          return {label: series.n, stroke: shade(host, series.r.startsWith('validation') && at < 2 ? 'val' : styles[at]), width: 1.4, points: {show: series.x.length < 40}, spanGaps: false};
        })],
        hooks: {draw: [(u) => mark(u, panel, place, shade(host, 'error'))],
                setCursor: [(u) => { if (u.cursor.left >= 0 && number === 0 && u.cursor.idx !== null) readAt(u.data[0][u.cursor.idx]); }],
                setScale: [(u, key) => { if (key === 'x' && !u.quiet) plots.forEach((other) => { if (other !== u) { other.quiet = true; other.setScale('x', {min: u.scales.x.min, max: u.scales.x.max}); other.quiet = false; } }); }]},
      }, joined, box);
      plot.quiet = true; plot.setScale('x', {min: extent[0], max: extent[1]}); plot.quiet = false;
      sync.sub(plot);
      plots.push(plot);
    });
    figure.plots = plots;
    drawing.style.display = 'none'; // only now that uPlot has drawn
  };

  const controls = make('div', '', {className: 'controls'});
  const choose = (label, choices, set) => {
    const select = make('select');
    choices.forEach(([value, text]) => select.append(make('option', text, {value})));
    select.onchange = () => { set(select.value); draw(); };
    const wrap = make('label', label + ' ');
    wrap.append(select);
    controls.append(wrap);
    return select;
  };
  choose('Across', [['logged', axis], ...(clock.epoch ? [['epoch', 'epoch']] : []), ...(clock.time ? [['time', 'time']] : [])], (value) => { state.x = value; });
  choose('Up', [['linear', 'linear'], ['log', 'log']], (value) => { state.log = value === 'log'; }).value = state.log ? 'log' : 'linear';
  const smoothing = choose('Smoothing', [['0', 'off'], ['5', '5 values'], ['21', '21 values']], (value) => { state.width = Number(value); });
  if (!whole) { smoothing.disabled = true; smoothing.title = 'Off: this chart holds the minimum and maximum of stretches, not every value.'; }
  const reset = make('button', 'Whole run', {type: 'button'});
  reset.onclick = draw;
  const close = make('button', 'Close', {type: 'button'});
  close.onclick = () => { plots.splice(0).forEach((plot) => plot.destroy()); host.hidden = true; host.replaceChildren(); drawing.style.display = ''; button.hidden = false; button.focus(); };
  const hint = make('span', 'Drag to zoom; arrow keys move the cursor');
  controls.append(reset, close, hint);
  host.hidden = false;
  host.tabIndex = 0;
  host.setAttribute('role', 'group');
  host.setAttribute('aria-label', 'Explorer of ' + run.name);
  host.replaceChildren(controls, readout);
  try { draw(); } catch (error) { host.hidden = true; drawing.style.display = ''; button.textContent = 'Explorer failed: ' + error.message; button.disabled = true; return; }
  button.hidden = true;
  const moveTo = (x) => { const plot = plots[0]; plot.setCursor({left: plot.valToPos(x, 'x'), top: 20}); readAt(x); };
  host.onkeydown = (event) => {
    if (event.target.tagName === 'SELECT') return;
    const sign = {ArrowLeft: -1, ArrowRight: 1}[event.key];
    if (event.key === 'Escape') close.onclick();
    if (!sign || !plots.length) return;
    event.preventDefault();
    const xs = plots[0].data[0], left = plots[0].cursor.left;
    const at = left >= 0 ? plots[0].posToIdx(left) : sign > 0 ? -1 : xs.length;
    moveTo(xs[Math.min(xs.length - 1, Math.max(0, at + sign * (event.shiftKey ? 10 : 1)))]);
  };
  if (options.step !== undefined) setTimeout(() => moveTo(place(options.step))); // once uPlot has its scales
  figure.explorer = {state, draw, plots, moveTo};
};
all('button.explore').forEach((button) => { button.onclick = () => { explore(button.closest('figure')); button.closest('figure').querySelector('.explorer').focus({preventScroll: true}); }; });
document.addEventListener('recolour', () => all('figure').forEach((figure) => figure.explorer && figure.explorer.plots.length && figure.explorer.draw()));
addEventListener('resize', () => all('figure').forEach((figure) => { if (figure.explorer) figure.explorer.plots.forEach((plot) => plot.setSize({width: figure.clientWidth, height: plot.height})); }));

// Where a link by name leads
const follow = () => {
  const asked = hash();
  setTheme(asked.get('theme'));
  const run = asked.get('run'), finding = asked.get('finding'), series = asked.get('series'), step = asked.get('step');
  if (asked.has('filter') || run) { filter.value = asked.get('filter') || run; applyFilter(); }
  if (finding) {
    const target = one(finding);
    target?.closest('details')?.setAttribute('open', '');
    target?.scrollIntoView();
    if (series || step) openFigure(target?.querySelector('figure.chart[data-run]'), series, step);
  } else if (run) {
    const fold = folds.find((other) => other.dataset.name === run);
    if (!fold) { one('runs').scrollIntoView(); return; }
    fold.open = true;
    fold.scrollIntoView();
    if (series || step) {
      const figures = all('figure.chart', fold);
      openFigure(figures.find((figure) => !series || JSON.parse(figure.dataset.series).flat().includes(series)) || figures[0], series, step);
    }
  }
};
const openFigure = (figure, series, step) => {
  if (!figure) return;
  explore(figure, step === null ? {} : {step: Number(step)});
  figure.scrollIntoView({block: 'center'});
};
addEventListener('hashchange', follow);
follow();

addEventListener('keydown', (event) => {
  if (event.key === '/' && !/input|select|textarea/i.test(event.target.tagName)) { event.preventDefault(); filter.focus(); }
});

// The current place in the navigation
if ('IntersectionObserver' in window) {
  const links = new Map(all('nav a').map((link) => [link.getAttribute('href').slice(1), link]));
  const watcher = new IntersectionObserver((seen) => seen.forEach((entry) => {
    const link = links.get(entry.target.id);
    if (link && entry.isIntersecting) { links.forEach((other) => other.removeAttribute('aria-current')); link.setAttribute('aria-current', 'true'); }
  }), {rootMargin: '-10% 0px -80% 0px'});
  links.forEach((_, id) => { const target = one(id); if (target && id !== 'content') watcher.observe(target); });
}
})();
