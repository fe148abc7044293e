class Attachments
  def pages(name)
    `pdfinfo /mnt/attachments/#{name} | grep Pages`[/\d+/]
  end
end
