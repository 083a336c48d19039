import { describe, expect, it } from 'vitest';
import { errorsPage } from '../../../scripts/errors-page.ts';
import { exportedFiles } from '../../../scripts/exported-files.ts';
import { metricsPage } from '../../../scripts/metrics-page.ts';

describe('errorsPage', () => {
  it('has a heading, a meaning and a way out for each code, and marks a retired one', () => {
    const page = errorsPage({
      A_CODE: { means: 'It broke.', solve: 'Mend it.' },
      OLD: { means: 'It was.', solve: 'Nothing.', retired: true },
    });
    expect(page).toContain('## A_CODE\n\nIt broke.\n\n**What to do:** Mend it.\n');
    expect(page).toContain('## OLD\n\nIt was. No longer thrown.\n');
  });
});

describe('metricsPage', () => {
  it('shows labels in their order, free ones in italics, the tenant under its default name', () => {
    const page = metricsPage(
      [
        {
          name: 'a_seconds',
          help: 'Time.',
          type: 'histogram',
          unit: 'seconds',
          labels: { b: 'method', tenant: 'tenant' },
          buckets: [1, 2],
        },
      ],
      (fact) => fact !== 'tenant',
    );
    expect(page).toContain(
      '## a_seconds\n\nTime.\n\n- type: histogram, unit: seconds\n- labels: `b`, *`company_id`*\n- buckets: 1 2\n',
    );
  });
});

describe('exportedFiles', () => {
  it('finds every path that a package.json promises, each once', () => {
    const files = exportedFiles({
      main: './a.js',
      exports: { '.': { import: { types: './a.d.ts', default: './a.js' } }, './package.json': './package.json' },
      typesVersions: { '*': { sub: ['./b.d.ts'] } },
      files: ['not', 'these'],
    });
    expect(files.sort()).toEqual(['./a.d.ts', './a.js', './b.d.ts', './package.json']);
  });
});
