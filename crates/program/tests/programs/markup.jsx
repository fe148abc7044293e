export default function Page({ title, html }) {
  return <Layout wide {...title}>
    <div className="x" dangerouslySetInnerHTML={{ __html: html }}>text {title}</div>
    <></>
  </Layout>;
}
