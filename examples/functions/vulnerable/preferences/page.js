function confirmationPage({ displayName = "customer", layout }) {
  return `<!doctype html>
<title>Saved</title>
<p>Thank you, ${displayName}. Your shop now shows ${Number(layout.columns)} columns.</p>`;
}

module.exports = { confirmationPage };
