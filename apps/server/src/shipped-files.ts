import { fileURLToPath } from 'node:url';

const inProduct = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** What comes with the product: the installed package has the folders of the repository. */
export const CONSOLE_FOLDER = inProduct('apps/console/dist');
export const DOCS_FOLDER = inProduct('docs/.vitepress/dist');
export const SHIPPED_AVATARS = inProduct('avatars');
export const PRODUCT_MANIFEST = inProduct('package.json');
