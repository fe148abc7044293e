using System.Xml;

namespace Shipments;

public static class Manifest
{
    public static XmlNodeList Parse(string xml)
    {
        var document = new XmlDocument { XmlResolver = null };
        document.LoadXml(xml);
        return document.SelectNodes("/manifest/parcel");
    }
}
