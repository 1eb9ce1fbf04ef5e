import { Reception } from './reception';

export default function Page() {
  return <Reception server={process.env.VISAVIS_SERVER} />;
}
