require "open3"

class Attachments
  NAME = /\A[a-z0-9-]+\.pdf\z/

  def pages(name)
    raise ArgumentError, "no attachment has such a name" unless NAME.match?(name)

    output, _status = Open3.capture2("pdfinfo", "/mnt/attachments/#{name}")
    output[/Pages:\s+(\d+)/, 1]
  end
end
