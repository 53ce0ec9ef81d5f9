import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { htmlReport } from '../../tasks/glue/html.ts';
import { mainFile } from '../cli/run-cli.ts';
import { trainTinyRun } from '../cli/tiny-run.ts';
import { better, constant, good, reportOf } from '../glue/sample-report.ts';
import { chromiumPath } from './chromium-path.ts';
import { everyTask } from './task-runs.ts';
import { hostile, writeRun } from './written-run.ts';

const path = chromiumPath();
if (path === null) console.warn('skipped: there is no Chromium; CHROMIUM_PATH names one');
if (!existsSync(mainFile)) console.warn('skipped in part: the command line is not built (npm run build)');

const parent = mkdtempSync(join(tmpdir(), 'distiltune-test-'));
const made = [parent];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

interface Opened {
  /** Console messages, errors of scripts, and requests beyond the page itself. */
  complaints: string[];
  /** Width of what there is to be seen, and of the window. */
  width: { content: number; window: number };
  background: string;
  /** Elements that stand out of the window's width, though nothing about them scrolls. */
  overhanging: string[];
  headings: string[];
  /** Height of every chart. */
  charts: number[];
  scripts: number;
}

describe.skipIf(path === null)('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: path!,
      args: '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'.split(
        ' ',
      ),
    });
  }, 60_000);
  afterAll(() => browser?.close());

  async function open(file: string, width: number, colorScheme: 'light' | 'dark'): Promise<Opened> {
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
    const complaints: string[] = [];
    const url = pathToFileURL(file).href;
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      if (request.url() !== url) complaints.push(request.url());
    });
    page.on('dialog', (dialog) => complaints.push(dialog.message()));
    try {
      await page.goto(url);
      // What is folded is looked at, too.
      await page.evaluate('document.querySelectorAll("details").forEach((element) => { element.open = true; })');
      const seen = (await page.evaluate(`(() => {
        const root = document.documentElement;
        const scrolls = (element) => element !== null && (element.matches('.scroll') || scrolls(element.parentElement));
        return {
          width: { content: root.scrollWidth, window: root.clientWidth },
          background: getComputedStyle(document.body).backgroundColor,
          overhanging: [...document.querySelectorAll('body *')]
            .filter((element) => !scrolls(element) && element.getBoundingClientRect().right > root.clientWidth + 1)
            .map((element) => element.outerHTML.slice(0, 120)),
          headings: [...document.querySelectorAll('h2')].map((element) => element.textContent),
          charts: [...document.querySelectorAll('.plot > svg')].map((element) => Math.round(element.getBoundingClientRect().height)),
          scripts: document.scripts.length,
        };
      })()`)) as Omit<Opened, 'complaints'>;
      return { complaints, ...seen };
    } finally {
      await page.close();
    }
  }

  const looks = [
    [375, 'light', 'rgb(255, 255, 255)'],
    [375, 'dark', 'rgb(13, 17, 23)'],
    [1280, 'light', 'rgb(255, 255, 255)'],
    [1280, 'dark', 'rgb(13, 17, 23)'],
  ] as const;

  describe.skipIf(!existsSync(mainFile))('the report of a run', () => {
    let report: string;
    beforeAll(async () => {
      const { folder, run } = await trainTinyRun();
      made.push(folder);
      report = join(parent, 'report.html');
      // Anywhere: it needs nothing beside it.
      copyFileSync(join(folder, run, 'report.html'), report);
    }, 60_000);

    test.each(looks)('%i px wide, %s', async (width, scheme, background) => {
      const { complaints, charts, ...seen } = await open(report, width, scheme);
      expect(complaints).toEqual([]);
      expect(seen).toEqual({
        width: { content: width, window: width },
        background,
        overhanging: [],
        headings: [
          'Training',
          'Metrics of the best checkpoint',
          'Validation rows in detail',
          'Data',
          'Settings',
          'Commands',
        ],
        scripts: 0,
      });
      expect(charts.length).toBeGreaterThanOrEqual(5);
      for (const height of charts) expect(height).toBeGreaterThan(150);
    });

    test('is small', () => {
      expect(readFileSync(report).length).toBeLessThan(300_000);
    });
  });

  test.each(everyTask(hostile))('hostile texts of $task at 375 px do nothing', async (run) => {
    const folder = join(parent, run.task);
    await writeRun(folder, run);
    const { complaints, width, overhanging, scripts } = await open(join(folder, 'report.html'), 375, 'light');
    expect({ complaints, width, overhanging, scripts }).toEqual({
      complaints: [],
      width: { content: 375, window: 375 },
      overhanging: [],
      scripts: 0,
    });
  });

  test.each([375, 1280])("GLUE's report, %i px wide", async (width) => {
    const file = join(parent, `glue-${width}.html`);
    writeFileSync(file, htmlReport(await reportOf([good, better, constant])));
    const { complaints, overhanging, scripts, ...seen } = await open(file, width, 'dark');
    expect({ complaints, overhanging, scripts, width: seen.width }).toEqual({
      complaints: [],
      overhanging: [],
      scripts: 0,
      width: { content: width, window: width },
    });
  });

  test('a matrix of 30 long labels scrolls by itself', async () => {
    const folder = join(parent, 'wide');
    const [run] = everyTask('word');
    const labels = Array.from({ length: 30 }, (_, i) => `a_rather_long_label_without_blanks_${i}`);
    const confusion = { labels, counts: labels.map((_, g) => labels.map((_, p) => (g === p ? 1000 : 7))) };
    await writeRun(folder, { ...run!, labels, diagnostics: { ...run!.diagnostics, confusion } as never });
    const { width, overhanging } = await open(join(folder, 'report.html'), 375, 'dark');
    expect({ width, overhanging }).toEqual({ width: { content: 375, window: 375 }, overhanging: [] });
  });
});
