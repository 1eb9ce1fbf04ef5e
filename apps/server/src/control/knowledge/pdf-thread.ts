import { parentPort, workerData } from 'node:worker_threads';
import { getDocumentProxy } from 'unpdf';

// Reads the text of one PDF in a thread of its own, whose memory and time are bounded by who starts it.

const { bytes, maxPages, maxCharacters } = workerData as {
  bytes: Uint8Array;
  maxPages: number;
  maxCharacters: number;
};

async function read(): Promise<object> {
  try {
    const pdf = await getDocumentProxy(bytes);
    if (pdf.numPages > maxPages) return { fault: 'long' };
    const pages: { page: number; text: string }[] = [];
    let characters = 0;
    for (let page = 1; page <= pdf.numPages; page += 1) {
      const opened = await pdf.getPage(page);
      const { items } = await opened.getTextContent();
      const text = items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('');
      opened.cleanup();
      characters += text.length;
      if (characters > maxCharacters) return { fault: 'long' };
      pages.push({ page, text });
    }
    return { pages };
  } catch (error) {
    return { fault: error instanceof Error && error.name === 'PasswordException' ? 'locked' : 'damaged' };
  }
}

void read().then((answer) => parentPort?.postMessage(answer));
