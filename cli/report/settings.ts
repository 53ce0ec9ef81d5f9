import { html } from '../../src/html.ts';
import { htmlTable } from '../../src/html-page.ts';
import { defaultSettings } from '../../src/trainer/settings.ts';
import { fields } from '../config/fields.ts';
import { settingOf } from '../config/resolve.ts';
import type { RunConfig, RunRecord } from './record.ts';
import type { Section } from './section.ts';

/** A setting of the run. */
export interface ShownSetting {
  key: string;
  value: string;
  /** Where it comes from. */
  origin: string;
  description: string;
  isDefault: boolean;
}

/** Every setting in the order of all lists of them. What nobody chose counts as the default, also where it was derived. */
export function shownSettings(config: RunConfig): ShownSetting[] {
  return fields.map(({ key, description }) => {
    const value = valueText(settingOf(config, key));
    const origin = config.origins[key] ?? 'default';
    return {
      key,
      value,
      origin,
      description,
      isDefault: origin === 'default' || value === valueText(settingOf(defaultSettings, key)),
    };
  });
}

const valueText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? null));

/** Those that were chosen, then the others. */
export function settingsSection({ config }: RunRecord): Section {
  const settings = shownSettings(config);
  const chosen = settings.filter(({ isDefault }) => !isDefault);
  const rest = settings.filter(({ isDefault }) => isDefault);
  const described = (description: string) => html`<span class="dim">${description}</span>`;
  const content = html`${
    chosen.length === 0
      ? html`<p>All as they are by default.</p>`
      : htmlTable({
          name: 'settings that were chosen',
          header: ['setting', 'value', 'from', 'meaning'],
          rows: chosen.map(({ key, value, origin, description }) => [
            html`<code>${key}</code>`,
            value,
            origin,
            described(description),
          ]),
          texts: [1, 2],
          long: [3],
        })
  }
<details><summary>${rest.length} settings as they are by default</summary>
${htmlTable({
  name: 'settings by default',
  header: ['setting', 'value', 'meaning'],
  rows: rest.map(({ key, value, description }) => [html`<code>${key}</code>`, value, described(description)]),
  texts: [1],
  long: [2],
})}</details>`;
  return { id: 'settings', title: 'Settings', content };
}
