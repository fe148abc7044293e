using System.Xml;

namespace Shipments;

public static class Manifest
{
    public static XmlNodeList Parse(string xml)
    {
        var document = new XmlDocument { XmlResolver = new XmlUrlResolver() };
        document.LoadXml(xml);
        return document.SelectNodes("/manifest/parcel");
    }
}
