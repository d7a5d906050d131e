// What is measured in the browser, and how numbers are put together.
export const kB = (bytes) => bytes / 1000;

/** The value below which so many of a hundred lie. */
export function percentile(values, percent) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? NaN : sorted[Math.min(sorted.length - 1, Math.ceil((sorted.length * percent) / 100) - 1)];
}

/** The route of a request: its path without what differs from one to the next. */
export function routeOf(address) {
  const { pathname, searchParams } = new URL(address);
  const parts = pathname.split("/").map((part, i, all) => (/^(D|P|J|R)-\d+$/.test(part) || /^(component|environment|target|bench)-/.test(part) || (all[i - 1] === "record" && /^\d+$/.test(part)) ? "{}" : part));
  const asked = [...searchParams.keys()].filter((key) => key !== "limit").sort();
  return parts.join("/") + (asked.length === 0 ? "" : `?${[...new Set(asked)].join("&")}`);
}

/** Runs in each page before anything else: keeps what the browser says of paints, inputs and requests. */
export function listen() {
  performance.setResourceTimingBufferSize(5000);
  window.seen = { paint: 0, largest: 0, inputs: new Map(), long: 0 };
  const watch = (type, take, more = {}) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true, ...more });
  watch("paint", (entry) => {
    if (entry.name === "first-contentful-paint") {
      window.seen.paint = entry.startTime;
    }
  });
  watch("largest-contentful-paint", (entry) => (window.seen.largest = entry.startTime));
  watch("longtask", (entry) => (window.seen.long = Math.max(window.seen.long, entry.duration)));
  // One interaction is several events, such as keydown and keyup: the longest counts.
  watch(
    "event",
    (entry) => {
      if (entry.interactionId) {
        window.seen.inputs.set(entry.interactionId, Math.max(window.seen.inputs.get(entry.interactionId) ?? 0, entry.duration));
      }
    },
    { durationThreshold: 16 },
  );
}

/** Waits until the page's main content is there; gives when that was, in ms since the page was asked for. */
export async function settled(page) {
  await page.locator("main h1").first().waitFor();
  await page.waitForFunction(() => document.querySelector("main [aria-busy=true]") === null, undefined, { polling: "raf" });
  return page.evaluate(() => performance.now());
}

/** The requests of the API that the page made, with how long each took. */
export const requestsOf = (page) =>
  page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .filter((entry) => entry.name.includes("/api/v1/") && entry.responseEnd > 0)
      .map((entry) => ({ address: entry.name, took: entry.responseEnd - entry.requestStart, queued: entry.requestStart - entry.startTime, bytes: entry.transferSize })),
  );

/** Bytes of scripts of the page as they came over the wire. */
export const scriptsOf = (page) =>
  page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .filter((entry) => /\.js(\?|$)/.test(entry.name))
      .reduce((sum, entry) => sum + entry.encodedBodySize, 0),
  );

/** Does something that a person does, `tries` times: how long each took until its next paint, and what the page computed for it. */
export async function interact(page, session, tries, act) {
  const times = [];
  const work = [];
  for (let i = 0; i < tries; i++) {
    await page.evaluate(() => window.seen.inputs.clear());
    const before = await workOf(session);
    await act(i);
    // Two frames, and the observer's turn after them.
    const inputs = await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve([...window.seen.inputs.values()]), 60)))));
    times.push(Math.max(...inputs, 8)); // what took less than 16 ms is not told of
    work.push((await workOf(session)) - before);
  }
  return { times, work };
}

/** The time of a processor that the page's thread has used, in ms: other programs do not lengthen it. */
export async function workOf(session) {
  const { metrics } = await session.send("Performance.getMetrics");
  return (metrics.find((one) => one.name === "TaskDuration")?.value ?? 0) * 1000;
}

/** How long frames took while the page was scrolled. */
export async function scroll(page, session, tries, wheel) {
  const before = await workOf(session);
  await page.evaluate(() => {
    window.frames_ = [];
    let last = performance.now();
    const frame = (now) => {
      window.frames_.push(now - last);
      last = now;
      window.framing = requestAnimationFrame(frame);
    };
    window.framing = requestAnimationFrame(frame);
  });
  for (let i = 0; i < tries; i++) {
    await wheel(i);
    await page.waitForTimeout(50);
  }
  const times = await page.evaluate(() => {
    cancelAnimationFrame(window.framing);
    return window.frames_.slice(1);
  });
  return { times, work: [((await workOf(session)) - before) / tries] };
}

/** Bytes of the JavaScript heap after everything that nobody holds was collected. */
export async function heapOf(session) {
  await session.send("HeapProfiler.collectGarbage");
  return (await session.send("Runtime.getHeapUsage")).usedSize;
}

/** By how much values rise with each unit of time, by least squares. */
export function slope(times, values) {
  const mean = (list) => list.reduce((sum, one) => sum + one, 0) / list.length;
  const [t, v] = [mean(times), mean(values)];
  const over = times.reduce((sum, one) => sum + (one - t) ** 2, 0);
  return over === 0 ? 0 : times.reduce((sum, one, i) => sum + (one - t) * (values[i] - v), 0) / over;
}
