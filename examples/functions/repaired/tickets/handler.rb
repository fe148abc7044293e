require "yaml"
require_relative "lib/attachments"

module Tickets
  class Handler
    def self.process(event:, context:)
      ticket = YAML.safe_load(event["body"])
      query = event["queryStringParameters"] || {}
      pages = Attachments.new.pages(query["attachment"]) if query["attachment"]
      { statusCode: 201, body: "ticket #{ticket["number"].to_i}, #{pages.to_i} pages" }
    end
  end
end
