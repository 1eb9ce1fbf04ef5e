import { deflateSync } from 'node:zlib';

/** A PDF with these pages of text; `locked`: with a password; `bombBytes`: each page unpacks to so many bytes. */
export function madePdf(pages: readonly string[], { locked = false, bombBytes = 0 } = {}): Buffer {
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n')];
  const offsets: number[] = [];
  const length = () => parts.reduce((sum, part) => sum + part.length, 0);
  const add = (body: string | Buffer) => {
    offsets.push(length());
    parts.push(Buffer.from(`${offsets.length} 0 obj\n`), Buffer.from(body), Buffer.from('\nendobj\n'));
  };
  const kids = pages.map((_, index) => `${4 + index * 2} 0 R`).join(' ');
  add('<< /Type /Catalog /Pages 2 0 R >>');
  add(`<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`);
  add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>');
  for (const [index, page] of pages.entries()) {
    const lines = page.split('\n').map((line) => `(${line.replace(/[()\\]/g, '\\$&')}) Tj T*`);
    const written = Buffer.from(`BT /F1 12 Tf 14 TL 50 780 Td ${lines.join(' ')} ET`);
    const content = deflateSync(Buffer.concat([written, Buffer.alloc(bombBytes, ' ')]));
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + index * 2} 0 R >>`,
    );
    const head = Buffer.from(`<< /Length ${content.length} /Filter /FlateDecode >>\nstream\n`);
    add(Buffer.concat([head, content, Buffer.from('\nendstream')]));
  }
  const key = 'ab'.repeat(32);
  if (locked) add(`<< /Filter /Standard /V 1 /R 2 /O <${key}> /U <${key}> /P -4 >>`);
  const start = length();
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const id = `/ID [<${'12'.repeat(16)}> <${'12'.repeat(16)}>]`;
  const encrypt = locked ? `/Encrypt ${offsets.length} 0 R ` : '';
  const trailer = `trailer\n<< /Size ${offsets.length + 1} /Root 1 0 R ${encrypt}${id} >>\nstartxref\n${start}\n%%EOF`;
  parts.push(Buffer.from(`xref\n0 ${offsets.length + 1}\n0000000000 65535 f \n${rows}${trailer}`));
  return Buffer.concat(parts);
}
