import { createTheme, type MantineColorsTuple } from '@mantine/core';

/** Keep equal to `--mantine-color-brand-*` in theme.css. */
const brand: MantineColorsTuple = [
  '#effaf7',
  '#d9f2ec',
  '#b3e4d9',
  '#86d2c3',
  '#57baa9',
  '#359f8f',
  '#1f8376',
  '#186a60',
  '#15554e',
  '#123f3b',
];

export const theme = createTheme({
  primaryColor: 'brand',
  primaryShade: 7,
  colors: { brand },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    // In the brand's own dark green, what moves while one waits would hardly be seen on a dark page.
    Loader: { defaultProps: { color: 'var(--visavis-accent)' } },
    Progress: { defaultProps: { color: 'var(--visavis-accent)' } },
    // Scroll locking writes an inline style element, which the page's policy forbids.
    Drawer: { defaultProps: { lockScroll: false } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true } },
  },
});
