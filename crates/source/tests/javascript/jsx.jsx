const view = (
  <div className="a &amp; b" id={id} hidden {...props} data-x='y' xlink:href="#" on={<b/>}>
    Hello,   {name}!
    second line &lt;here&gt; &nbsp;
    {/* nothing */}
    {...children}
    <Item key={1} />
    <this.Tag/><ns:tag/><a.b.C>one line </a.b.C>
    <>
      <dash-tag>{cond ? <i>x</i> : null}</dash-tag>
    </>
    {list.map(x => <li key={x}>{x}</li>)}
  </div>
);
