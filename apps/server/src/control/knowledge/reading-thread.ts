import { parentPort, workerData } from 'node:worker_threads';
import { getDocumentProxy } from 'unpdf';
import { htmlText } from './html-text.ts';
import type { ReadInThread, ThreadWork } from './thread-reading.ts';

// Reads the text of one file in a thread of its own, whose memory and time are bounded by who starts it.

const { kind, bytes, maxPages, maxCharacters } = workerData as ThreadWork;

async function read(): Promise<ReadInThread> {
  try {
    return kind === 'pdf' ? await readPdf() : readHtml();
  } catch (error) {
    return { fault: error instanceof Error && error.name === 'PasswordException' ? 'locked' : 'damaged' };
  }
}

async function readPdf(): Promise<ReadInThread> {
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
  return { title: '', pages };
}

function readHtml(): ReadInThread {
  const { title, text } = htmlText(new TextDecoder().decode(bytes));
  return text.length > maxCharacters ? { fault: 'long' } : { title, pages: [{ page: null, text }] };
}

void read().then((answer) => parentPort?.postMessage(answer));
