//! ERB templates.

use shindan_base::Interner;
use shindan_source::{Language, parse};

use crate::printed_as;
use crate::properties::assert_spans_fit;

const VIEW: &str = r##"<%# a comment with code %>
<h1 title="<%= @title %>"><%== @raw -%></h1>
<%- if items.any? # why %>
  <% items.each do |item| %>
    <li><%= link_to item.name, item %> 100<%% é</li>
  <% end %>
<% else %>
  <%= form_for(@item) do |f| %>
    <%= f.label :name %>
  <% end %>
<% end -%>
<%
  total = 1
%>
"##;

#[test]
fn rails_views_escape() {
    insta::assert_snapshot!("rails_view", printed_as(Language::RailsView, VIEW));
}

#[test]
fn plain_templates_do_not_escape() {
    let text = "<p><%= name %></p>";
    insta::assert_snapshot!("plain_template", printed_as(Language::Erb, text));
}

#[test]
fn haml_and_slim_keep_their_lines_of_code() {
    let text = "%h1.title= @title\n- items.each do |item|\n  %p{class: 'x'}!= item\n- total = 1\nHello #{name}\n= form_for @x do |f|\n  h2 Search #{ @query }\n  == params[:raw]\n";
    insta::assert_snapshot!("haml", printed_as(Language::Haml, text));
}

#[test]
fn spans_are_those_of_the_template() {
    for text in [
        VIEW, "<%", "<%=", "<%= %>", "<%==", "%>", "é<%=é", "<%=x", "<%-", "<%#", "<%%", "<% -%>",
    ] {
        for language in [Language::RailsView, Language::Erb, Language::Haml] {
            assert_spans_fit(&parse(language, text, &Interner::new()), text);
        }
    }
}

#[test]
fn names_of_files_tell_rails_views_from_other_templates() {
    for (path, language) in [
        ("app/views/users/show.html.erb", Language::RailsView),
        ("app/views/users/show.erb", Language::RailsView),
        ("views/index.erb", Language::Erb),
        ("x.js.erb", Language::RailsView),
        ("x.rhtml", Language::Erb),
        ("x.rb", Language::Ruby),
        ("Rakefile", Language::Ruby),
        ("config.ru", Language::Ruby),
    ] {
        assert_eq!(Language::of_path(path), Some(language), "{path}");
    }
}
