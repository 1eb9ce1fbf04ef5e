import { defineVisavisAvatar } from '@visavis/sdk/element';

const PRICES = { garden: 90, harbour: 120, tower: 150 };

const avatar = document.querySelector('visavis-avatar');
avatar.server = import.meta.env.VITE_VISAVIS_SERVER;
avatar.license = import.meta.env.VITE_VISAVIS_LICENSE;
avatar.config = {
  prompt: 'You are the receptionist of the Harbour Hotel.',
  firstMessage: 'Welcome. Shall I tell you the price of a room?',
  tools: [
    {
      type: 'function',
      name: 'get_room_price',
      description: 'Tells the price of a room for one night.',
      parameters: {
        type: 'object',
        properties: { room: { type: 'string', enum: Object.keys(PRICES), description: 'Which room.' } },
        required: ['room'],
      },
    },
  ],
};

// What it returns goes back to the avatar, which then speaks of it. It may take its time: return a promise.
avatar.onToolCall = ({ name, arguments: { room } }) => {
  document.querySelector('#called').textContent = `${name}: ${room}`;
  return { room, euros: PRICES[room] };
};

defineVisavisAvatar();
