import React, { useState } from 'react';
type Props = { name: string };
export const Hello: React.FC<Props> = ({ name }) => {
  const [x, setX] = useState<string>('');
  const generic = <T,>(v: T) => v;
  return <input<Props> value={x as string} onChange={e => setX(e.target!.value)} dangerouslySetInnerHTML={{ __html: name }} />;
};
export default function App(): JSX.Element { return <Hello name="x" />; }
