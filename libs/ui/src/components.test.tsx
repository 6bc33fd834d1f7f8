import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Card, Fingerprint, Notice, SortTh, StatusDot, Table } from './index.ts';

const COPY = { copyLabel: 'Copy', copiedLabel: 'Copied', failedLabel: 'Failed' };

describe('Fingerprint', () => {
  it('groups the digits in fours and keeps the whole value in the title', () => {
    const markup = renderToStaticMarkup(<Fingerprint value="0011aabbccdd" {...COPY} />);

    expect(markup).toContain('title="0011aabbccdd"');
    expect(markup).toContain('<span>0011</span><span>aabb</span><span>ccdd</span>');
  });

  it('shows 16 digits when it is short, and the whole in the title', () => {
    const value = '0123456789abcdef'.repeat(4);
    const markup = renderToStaticMarkup(<Fingerprint value={value} short {...COPY} />);

    expect(markup.match(/<span>[0-9a-f]{4}<\/span>/g)).toHaveLength(4);
    expect(markup).toContain(`title="${value}"`);
  });
});

describe('SortTh', () => {
  const header = (direction: 'asc' | 'desc' | null) =>
    renderToStaticMarkup(
      <table>
        <thead>
          <tr>
            <SortTh direction={direction} onSort={() => undefined}>
              {'42'}
            </SortTh>
          </tr>
        </thead>
      </table>,
    );

  it.each([
    ['asc', 'ascending'],
    ['desc', 'descending'],
    [null, 'none'],
  ] as const)('says %s as aria-sort %s', (direction, spoken) => {
    expect(header(direction)).toContain(`aria-sort="${spoken}"`);
  });
});

describe('states', () => {
  it('gives a hollow dot to what is neutral, so that it differs without colour', () => {
    expect(renderToStaticMarkup(<StatusDot tone="neutral">{'1'}</StatusDot>)).toContain('bg-transparent');
    expect(renderToStaticMarkup(<StatusDot tone="ok">{'1'}</StatusDot>)).not.toContain('bg-transparent');
  });

  it('interrupts only where it is told to', () => {
    expect(renderToStaticMarkup(<Notice tone="bad" role="alert" title="1" />)).toContain('role="alert"');
    expect(renderToStaticMarkup(<Notice tone="warn" title="1" />)).toContain('role="note"');
  });
});

describe('structure', () => {
  it('makes a wide table reachable by keyboard under its name', () => {
    expect(renderToStaticMarkup(<Table label="1">{null}</Table>)).toContain(
      'role="region" aria-label="1" tabindex="0"',
    );
  });

  it('heads a card at the level that it is given', () => {
    expect(renderToStaticMarkup(<Card title="1" level={3} />)).toContain('<h3');
    expect(renderToStaticMarkup(<Card title="1" />)).toContain('<h2');
  });
});
