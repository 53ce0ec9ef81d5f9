import { existsSync } from 'node:fs';

const usual = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** The Chromium that CHROMIUM_PATH names, else one where they usually are; null: there is none. */
export function chromiumPath(): string | null {
  const asked = process.env.CHROMIUM_PATH;
  return (asked === undefined ? usual : [asked]).find(existsSync) ?? null;
}
