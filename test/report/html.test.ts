import { expect, test } from 'vitest';
import { escapeHtml, html } from '../../src/html.ts';
import { confusionTable, htmlPage, htmlTable } from '../../src/html-page.ts';
import { markdownTable, markdownText } from '../../src/markdown.ts';
import { showUnseen } from '../../src/unseen.ts';

test('what is not seen, or turns text around, is shown by its number; scripts and joined emoji stay', () => {
  expect(showUnseen('\u0000\u001b\u007f\u0085\u00ad\u200b\u200e\u2028\u202e\u2066\ufeff\ud800')).toBe(
    '⟨U+0000⟩⟨U+001B⟩⟨U+007F⟩⟨U+0085⟩⟨U+00AD⟩⟨U+200B⟩⟨U+200E⟩⟨U+2028⟩⟨U+202E⟩⟨U+2066⟩⟨U+FEFF⟩⟨U+D800⟩',
  );
  const plain = 'a\tb\nc\r naïve שלום 漢字 👩‍👩‍👧 \u200c';
  expect(showUnseen(plain)).toBe(plain);
});

test('values of a template are escaped unless they are pieces', () => {
  const piece = html`<b title="${'"\''}">${'<&>'}</b>`;
  expect(html`${piece}${['a<', piece, null, 3]}${null}`.markup).toBe(
    '<b title="&quot;&#39;">&lt;&amp;&gt;</b>a&lt;<b title="&quot;&#39;">&lt;&amp;&gt;</b>3',
  );
  expect(escapeHtml('&amp;')).toBe('&amp;amp;');
});

test('a table has headers of columns and rows, and can be scrolled with the keys', () => {
  const { markup } = htmlTable({
    name: 'a "b"',
    header: ['x', 'y', 'z'],
    rows: [['1', '<', '3']],
    texts: [1],
    long: [2],
  });
  expect(markup).toBe(
    `<div class="scroll" role="region" aria-label="a &quot;b&quot;" tabindex="0"><table>\n<thead><tr><th scope="col" class="text">x</th><th scope="col" class="text">y</th><th scope="col" class="text long">z</th></tr></thead>\n<tbody><tr><th scope="row" class="text">1</th><td class="text">&lt;</td><td class="text long">3</td></tr>\n</tbody></table></div>\n`,
  );
});

test('a confusion matrix tells the share of each row, and of an empty one none', () => {
  const { markup } = confusionTable('c', {
    labels: ['<a', 'b'],
    counts: [
      [1, 2],
      [0, 0],
    ],
  });
  const cells = [...markup.matchAll(/<td class="(\w+)" style="--share:(\d+)">(\d+)/g)].map((match) => match.slice(1));
  expect(cells).toEqual([
    ['right', '33', '1'],
    ['wrong', '67', '2'],
    ['wrong', '0', '0'],
    ['right', '0', '0'],
  ]);
  expect(markup).toContain('<bdi>&lt;a</bdi>');
});

test('a page forbids all that it does not have', () => {
  const page = htmlPage({ title: '</title><script>', body: html`<p>${'x'}</p>`, style: 'p{}' });
  expect(page).toContain('<title>&lt;/title&gt;&lt;script&gt;</title>');
  expect(page).toContain("content=\"default-src 'none'; style-src 'unsafe-inline'\"");
  expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
});

test('texts are texts in Markdown', () => {
  expect(markdownText('a|b *c*\n_d_ [e](f) <g> `h` \u202e ~i~ #j &amp;')).toBe(
    'a\\|b \\*c\\* \\_d\\_ \\[e\\](f) &lt;g\\> \\`h\\` ⟨U+202E⟩ \\~i\\~ \\#j &amp;amp;',
  );
  expect(markdownTable(['a', 'b|'], [['1', '2']], ['left', 'right'])).toEqual([
    '| a | b\\| |',
    '|---|---:|',
    '| 1 | 2 |',
  ]);
});
