import { VisavisAvatar } from '@visavis/sdk/react';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';

const { VITE_VISAVIS_SERVER: server, VITE_VISAVIS_LICENSE: license } = import.meta.env;

function Reception() {
  const [lines, setLines] = useState([]);
  const note = ({ id, speaker, text }) =>
    setLines((before) => [...before.filter((line) => line.id !== id), { id, speaker, text }]);
  return (
    <main>
      <VisavisAvatar
        server={server}
        license={license}
        avatar="navtalk.Iris"
        config={{ prompt: 'You are the receptionist of the Harbour Hotel.', firstMessage: 'Welcome to the Harbour.' }}
        onTranscript={note}
      />
      <ul aria-label="What was said">
        {lines.map(({ id, speaker, text }) => (
          <li key={id}>
            {speaker}: {text}
          </li>
        ))}
      </ul>
    </main>
  );
}

createRoot(document.getElementById('root')).render(<Reception />);
